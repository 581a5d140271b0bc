/** Pure reading of what people carry. Twin of the Python room credentials/. */

export type { Code, Declaration, Evidence, Facts, Family, Identity, Place, Sex, Status, Subject, Warning } from "./evidence.ts";
export { JwsError } from "./jws.ts";
export { openBadge, ownFingerprint } from "./own.ts";
export { isPart, type Joined, joinParts, PartsError, type PartsCode } from "./parts.ts";
export { PackError, type PackCode, type PackPayload, verifyPack } from "./pack.ts";
export { normalisePlate, type Plate, type PlateClass } from "./plates.ts";
export type { Conditions } from "./conditions.ts";
export { healthReaders, read, recognise } from "./reading.ts";
export { importRevocations, type RevocationImport } from "./revocation_import.ts";
export { NO_TRUST, parseTrust, revokes, type Trust, TrustError, type TrustKey } from "./trust.ts";
export { importCertificate, importTrust, trustContent, type TrustImport } from "./trust_import.ts";
