/** Own line drawings on a 24 × 24 grid. They take the colour of the text beside them; the word carries the meaning. */

import type { ComponentChildren, JSX } from "preact";
import type { Action, Outcome, VehicleClass } from "../core/types.ts";

export function drawing(children: ComponentChildren): (props: { class?: string }) => JSX.Element {
  return (props) => (
    <svg
      class={`icon ${props.class ?? ""}`}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

// Outcomes differ by outline, not by colour only: disc, triangle, octagon.
export const PassIcon = drawing(
  <>
    <circle cx="12" cy="12" r="10" />
    <path d="m7 12.5 3.5 3.5L17 9" stroke-width="2.6" />
  </>,
);
export const ReferIcon = drawing(
  <>
    <path d="M12 2.5 22.5 21h-21z" />
    <path d="M12 9.5v5" stroke-width="2.6" />
    <path d="M12 17.8v.1" stroke-width="2.8" />
  </>,
);
export const TurnBackIcon = drawing(
  <>
    <path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" />
    <path d="M9 17v-6.5a3 3 0 0 1 6 0V12" stroke-width="2.4" />
    <path d="m12.4 10.6 2.6 2.6 2.6-2.6" stroke-width="2.2" />
  </>,
);

export const OUTCOME_ICONS: Record<Outcome, typeof PassIcon> = {
  pass: PassIcon,
  refer: ReferIcon,
  turn_back: TurnBackIcon,
};
export const ACTION_ICONS: Record<Action, typeof PassIcon> = {
  passed: PassIcon,
  referred: ReferIcon,
  turned_back: TurnBackIcon,
};

export const TickIcon = drawing(<path d="m4 12.5 5.5 5.5L20 7" stroke-width="2.6" />);
export const CrossIcon = drawing(<path d="M5 5l14 14M19 5 5 19" stroke-width="2.4" />);
export const BackIcon = drawing(<path d="M15 4 7 12l8 8" stroke-width="2.4" />);
export const EraseIcon = drawing(
  <>
    <path d="M8 5h13v14H8l-6-7z" />
    <path d="m11.5 9.5 5 5m0-5-5 5" />
  </>,
);
export const PlusIcon = drawing(<path d="M12 4v16M4 12h16" stroke-width="2.6" />);
export const MinusIcon = drawing(<path d="M4 12h16" stroke-width="2.6" />);
export const SearchIcon = drawing(
  <>
    <circle cx="10.5" cy="10.5" r="6.5" />
    <path d="m15.5 15.5 6 6" />
  </>,
);
export const InIcon = drawing(
  <>
    <path d="M20 3v18" stroke-width="2.4" />
    <path d="M3 12h12m-5-5.5L15.5 12 10 17.5" stroke-width="2.4" />
  </>,
);
export const OutIcon = drawing(
  <>
    <path d="M4 3v18" stroke-width="2.4" />
    <path d="M9 12h12m-5-5.5 5.5 5.5-5.5 5.5" stroke-width="2.4" />
  </>,
);
export const SwapIcon = drawing(<path d="M4 8h15l-4-4M20 16H5l4 4" />);
export const CameraIcon = drawing(
  <>
    <path d="M3 7h4l2-3h6l2 3h4v13H3z" />
    <circle cx="12" cy="13" r="4" />
  </>,
);
export const ScanIcon = drawing(
  <>
    <path d="M3 8V3h5M16 3h5v5M21 16v5h-5M8 21H3v-5" stroke-width="2.4" />
    <path d="M7.5 7.5h3v3h-3zM13.5 7.5h3v3h-3zM7.5 13.5h3v3h-3zM14 14h2.5v2.5" />
  </>,
);
export const TorchIcon = drawing(
  <>
    <path d="M7 2h10v4l-2 3v13H9V9L7 6z" />
    <path d="M12 12v3" />
  </>,
);
export const SampleIcon = drawing(
  <>
    <path d="M5 2h10l4 4v16H5z" />
    <path d="M9 11h2.5v2.5H9zM13.5 15.5H15V17M9 17h.1M14.5 11h.1" />
  </>,
);
export const GreenLaneIcon = drawing(
  <>
    <path d="M6 21 9 3M18 21 15 3" />
    <path d="M12 18v3M12 11v3M12 4.5v2.5" stroke-width="2.4" />
  </>,
);
/** Three arrows past a barrier that is up. */
export const WaveIcon = drawing(<path d="M3 7h9l-3-3M3 12.5h9l-3-3m3 3-3 3M3 18h9l-3-3m3 3-3 3M16 21V9m0 0 5-7" />);
export const MoreIcon = drawing(<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM17 14v6m-3-3h6" />);
export const PlateIcon = drawing(<path d="M2.5 7h19v10h-19zM6 10.5v3m3-3v3m3-3h3v3h-3zm6 0v3" />);
export const NoCodeIcon = drawing(
  <>
    <path d="M3 5h18v14H3z" />
    <circle cx="8.5" cy="11" r="2" />
    <path d="M5.5 16c.8-1.6 5.2-1.6 6 0M14.5 10h4M14.5 14h4" />
  </>,
);
export const InboxIcon = drawing(<path d="M3 13 6 4h12l3 9v7H3zM3 13h5l1.5 3h5L16 13h5" />);
export const BatteryIcon = drawing(
  <>
    <path d="M2 7h17v10H2zM19 10h3v4h-3" />
    <path d="M5.5 10v4" stroke-width="2.6" />
  </>,
);
export const SentIcon = drawing(<path d="m2 13 4.5 4.5L13 8m-2.5 8.5 1.5 1L22 7" />);
export const WaitIcon = drawing(
  <>
    <circle cx="12" cy="12" r="9.5" />
    <path d="M12 6.5V12l4 2.5" />
  </>,
);
export const RefusedIcon = drawing(
  <>
    <circle cx="12" cy="12" r="9.5" />
    <path d="M5.5 18.5 18.5 5.5" />
  </>,
);
export const SignalIcon = drawing(<path d="M4 20v-4M9.5 20v-8M15 20V8M20.5 20V4" stroke-width="2.8" />);
export const NoSignalIcon = drawing(
  <>
    <path d="M4 20v-4M9.5 20v-6M15 20v-3M20.5 20V10" stroke-width="2.8" />
    <path d="M3 3l18 18" />
  </>,
);
export const PackIcon = drawing(
  <>
    <path d="M5 2h9l5 5v15H5z" />
    <path d="M9 11h6M9 15h6M9 7h2" />
  </>,
);
export const ClockIcon = WaitIcon;
export const OfficerIcon = drawing(
  <>
    <path d="M6 8c0-4 12-4 12 0l-1 1.5H7z" />
    <path d="M8 9.5v2a4 4 0 0 0 8 0v-2M3.5 22c0-7 17-7 17 0" />
  </>,
);
export const StorageIcon = drawing(
  <>
    <path d="M4 5.5C4 2 20 2 20 5.5S4 9 4 5.5zM4 5.5v13C4 22 20 22 20 18.5v-13M4 12c0 3.5 16 3.5 16 0" />
  </>,
);
export const UpdateIcon = drawing(<path d="M12 3v12m-5-5 5 5 5-5M4 20h16" stroke-width="2.4" />);
export const LockIcon = drawing(
  <>
    <path d="M4 10.5h16V22H4zM7.5 10.5V7a4.5 4.5 0 0 1 9 0v3.5M12 15v3" />
  </>,
);
export const EyeIcon = drawing(
  <>
    <path d="M1.5 12C6 3.5 18 3.5 22.5 12 18 20.5 6 20.5 1.5 12z" />
    <circle cx="12" cy="12" r="3" />
  </>,
);
export const ThermometerIcon = drawing(
  <>
    <path d="M9.5 14V4.5a2.5 2.5 0 0 1 5 0V14a4.5 4.5 0 1 1-5 0z" />
    <path d="M12 9v8.5" stroke-width="2.6" />
  </>,
);
export const TestIcon = drawing(<path d="M7 2h10v20H7zM10 6h4v5h-4zM10 8h4M10 16.5h4" />);
export const CardIcon = drawing(
  <>
    <path d="M2 5h20v14H2zM14 10h5M14 14h5" />
    <path d="M5 9h5v6H5z" />
  </>,
);
export const PaperIcon = drawing(<path d="M5 2h10l4 4v16H5zM9 9h6M9 13h6M9 17h3" />);
export const PhoneIcon = drawing(<path d="M7 1.5h10v21H7zM11 19h2" />);
export const SealIcon = drawing(
  <>
    <path d="M12 1.5 21 5v7c0 5-4 8.5-9 10.5C7 20.5 3 17 3 12V5z" />
    <path d="m8 12 3 3 5.5-6" stroke-width="2.4" />
  </>,
);
export const ClaimIcon = drawing(
  <>
    <path d="M3 4h18v13h-9l-5 4.5V17H3z" />
    <path d="M8 9h8M8 13h5" />
  </>,
);
export const QuestionIcon = drawing(
  <>
    <circle cx="12" cy="12" r="10" />
    <path d="M9 9.5c0-4 6.5-3.5 6 0-.3 2-3 2-3 4.5M12 17.6v.1" stroke-width="2.4" />
  </>,
);
export const PlaceIcon = drawing(
  <>
    <path d="M12 22.5C2 12.5 5 2 12 2s10 10.5 0 20.5z" />
    <circle cx="12" cy="9.5" r="2.5" />
  </>,
);
export const GoodsIcon = drawing(<path d="M2.5 7 12 2l9.5 5v10L12 22l-9.5-5zM2.5 7l9.5 5 9.5-5M12 12v10" />);
export const PeopleIcon = drawing(
  <>
    <circle cx="8.5" cy="7.5" r="4" />
    <path d="M1.5 21c0-9 14-9 14 0M16 4a4 4 0 0 1 0 7M18.5 14.5c2.5 1 4 3 4 6.5" />
  </>,
);
export const SoundIcon = drawing(<path d="M3 9v6h4l5.5 5V4L7 9zM16 9c1.5 1.5 1.5 4.5 0 6M19 6c3 3 3 9 0 12" />);
export const AlertIcon = ReferIcon;

const wheel = (x: number, y = 18, r = 2.2): JSX.Element => <circle cx={x} cy={y} r={r} />;

/** Side views, all facing left so that outlines can be compared at a glance. */
export const VEHICLE_ICONS: Record<VehicleClass, typeof PassIcon> = {
  motorbike: drawing(
    <>
      {wheel(5, 17, 3.5)}
      {wheel(19, 17, 3.5)}
      <path d="M5 17 8 8h3M6.5 4.5 8 8M7.5 12h7l3-2h4M14.5 12 11 17H5M17 11.5 19 17" />
    </>,
  ),
  car: drawing(
    <>
      <path d="M2.8 18H1.5v-5l4-1 3-5h8l3.5 5 2.5 1v5h-1.3M7.2 18h9.6M13 7.5V12M6 12h14" />
      {wheel(5)}
      {wheel(19)}
    </>,
  ),
  taxi: drawing(
    <>
      <path d="M2.8 18H1.5v-5l4-1 3-4.5h8l3.5 4.5 2.5 1v5h-1.3M7.2 18h9.6M6 12h14M10 7.5V4h5v3.5" />
      {wheel(5)}
      {wheel(19)}
    </>,
  ),
  bus: drawing(
    <>
      <path d="M2.8 18H1V6c0-1.5 1-2 2-2h19.5v14h-1.3M7.2 18h9.6M1 11.5h21.5M7 4v7.5M12.5 4v7.5M18 4v7.5" />
      {wheel(5)}
      {wheel(19)}
    </>,
  ),
  van: drawing(
    <>
      <path d="M2.8 18H1v-5l3-4.5h5V18M9 5h13.5v13h-1.3M7.2 18h9.6M1.5 13H9" />
      {wheel(5)}
      {wheel(19)}
    </>,
  ),
  truck: drawing(
    <>
      <path d="M2.3 18H1v-5.5L3 8h5v10M8 3h15v15h-.8M6.7 18h5.6M16.7 18h1M1 12.5h7" />
      {wheel(4.5)}
      {wheel(14.5)}
      {wheel(20)}
    </>,
  ),
  tractor_trailer: drawing(
    <>
      <path d="M1.8 18H.8v-5L2.5 8H7v7h16.2V4H9v11M6 18h6M.8 12.5H7" />
      {wheel(3.9, 18, 2)}
      {wheel(14, 18, 2)}
      {wheel(19.5, 18, 2)}
    </>,
  ),
  ambulance: drawing(
    <>
      <path d="M2.8 18H1v-5l3-5h4V5h14.5v13h-1.3M7.2 18h9.6M8 8v5H1.5M15.5 8v6M12.5 11h6M4.5 5h1" />
      {wheel(5)}
      {wheel(19)}
    </>,
  ),
  bicycle: drawing(
    <>
      <circle cx="5.5" cy="16.5" r="4.5" />
      <circle cx="18.5" cy="16.5" r="4.5" />
      <path d="m5.5 16.5 3-8h7l-4.5 8h-5.5M8.5 8.5 7.5 6H5.5M15.5 8.5l3 8M14.5 5.5H17" />
    </>,
  ),
  on_foot: drawing(
    <>
      <circle cx="13" cy="3.8" r="2" />
      <path d="M12 8.5 9.5 15l-3 7M12 8.5l-4.5 2L6 14M12 8.5l2.5 4 4 1.5M10.5 14l4 3.5L16 22" />
    </>,
  ),
  other: drawing(<path d="M5 12h.1M12 12h.1M19 12h.1" stroke-width="4" />),
};

/** Two arrows in a ring: the tablet turned towards somebody else. */
export const TurnIcon = drawing(
  <>
    <path d="M4 12a8 8 0 0 1 14-5.3L20 9" />
    <path d="M20 4v5h-5" />
    <path d="M20 12a8 8 0 0 1-14 5.3L4 15" />
    <path d="M4 20v-5h5" />
  </>,
);

/** A sheet of paper with lines and a mark against one. */
export const ReportIcon = drawing(
  <>
    <path d="M5 2.5h10l4 4v15H5z" />
    <path d="M15 2.5v4h4M8.5 12h7M8.5 16h4" />
  </>,
);
