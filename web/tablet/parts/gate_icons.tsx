/** Drawings of what is done at the gate besides scanning. */

import { drawing } from "./icons.tsx";

export const RushIcon = drawing(
  <>
    <path d="M3 17h10M2 12h8M4 7h7" />
    <path d="m14 5 7 7-7 7" stroke-width="2.6" />
  </>,
);
export const ConvoyIcon = drawing(
  <>
    <path d="M2 8h8v7H2zM13 8h8v7h-8zM10 12h3" />
    <circle cx="4.5" cy="17.5" r="1.6" />
    <circle cx="8" cy="17.5" r="1.6" />
    <circle cx="15.5" cy="17.5" r="1.6" />
    <circle cx="19" cy="17.5" r="1.6" />
  </>,
);
export const PaperIcon = drawing(
  <>
    <path d="M5 2.5h10l4 4V21.5H5z" />
    <path d="M8.5 11h7M8.5 15h7M8.5 7h3" />
  </>,
);
export const GateIcon = drawing(
  <>
    <path d="M4 21V6l8-3.5L20 6v15" />
    <path d="M9 21v-8h6v8" />
  </>,
);
export const QueueIcon = drawing(
  <>
    <rect x="2" y="9" width="5" height="6" rx="1" />
    <rect x="9.5" y="9" width="5" height="6" rx="1" />
    <rect x="17" y="9" width="5" height="6" rx="1" />
    <path d="M3 18.5h18" stroke-dasharray="2 2.5" />
  </>,
);
