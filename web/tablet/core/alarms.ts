/** Which codes stand on every screen until something has changed. */

/** Of a failed round: what a person has to know, not just wait for. */
export const ALARMING = /^(receipt|device)\.|^(storage\.full|enrolment\.changed)$/;
/** True until somebody enrols the tablet again, so kept over a restart too. */
export const KEPT = /^device\.(revoked|forked)$/;
/** True until this program is started again. */
export const LASTING = /^storage\.(outdated|failed)$|^enrolment\.changed$/;
