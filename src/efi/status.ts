/** Statuses that firmware functions return (UEFI 2.10, appendix D), as exceptions with names. */

/** By number; undefined: reserved. */
const ERROR_NAMES: readonly (string | undefined)[] = [
  undefined,
  "EFI_LOAD_ERROR",
  "EFI_INVALID_PARAMETER",
  "EFI_UNSUPPORTED",
  "EFI_BAD_BUFFER_SIZE",
  "EFI_BUFFER_TOO_SMALL",
  "EFI_NOT_READY",
  "EFI_DEVICE_ERROR",
  "EFI_WRITE_PROTECTED",
  "EFI_OUT_OF_RESOURCES",
  "EFI_VOLUME_CORRUPTED",
  "EFI_VOLUME_FULL",
  "EFI_NO_MEDIA",
  "EFI_MEDIA_CHANGED",
  "EFI_NOT_FOUND",
  "EFI_ACCESS_DENIED",
  "EFI_NO_RESPONSE",
  "EFI_NO_MAPPING",
  "EFI_TIMEOUT",
  "EFI_NOT_STARTED",
  "EFI_ALREADY_STARTED",
  "EFI_ABORTED",
  "EFI_ICMP_ERROR",
  "EFI_TFTP_ERROR",
  "EFI_PROTOCOL_ERROR",
  "EFI_INCOMPATIBLE_VERSION",
  "EFI_SECURITY_VIOLATION",
  "EFI_CRC_ERROR",
  "EFI_END_OF_MEDIA",
  undefined,
  undefined,
  "EFI_END_OF_FILE",
  "EFI_INVALID_LANGUAGE",
  "EFI_COMPROMISED_DATA",
  "EFI_IP_ADDRESS_CONFLICT",
  "EFI_HTTP_ERROR",
];

const ERROR_BIT = 1n << 63n;

/** The status with this name, for callbacks to return. Throws RangeError for an unknown name. */
export function errorStatus(name: string): bigint {
  const number = ERROR_NAMES.indexOf(name);
  if (number < 1) throw new RangeError(`Cannot find the status ${name}`);
  return ERROR_BIT | BigInt(number);
}

/** A name such as `EFI_NOT_FOUND`; `status 0x…` if the status has none. */
export function statusName(status: bigint): string {
  if (status === 0n) return "EFI_SUCCESS";
  const name = (status & ERROR_BIT) === 0n ? undefined : ERROR_NAMES[Number(status & ~ERROR_BIT & 0xffffn)];
  return name !== undefined && (status & ~ERROR_BIT) < 0x10000n ? name : `status 0x${hexadecimal(status)}`;
}

/**
 * Lower-case hexadecimal without leading zeros. Converts each half, because this engine puts a wrong zero
 * before some large bigints (`(2n ** 63n).toString(16)`).
 */
export function hexadecimal(word: bigint): string {
  const high = Number(word >> 32n);
  const low = Number(word & 0xffffffffn).toString(16);
  return high === 0 ? low : `${high.toString(16)}${low.padStart(8, "0")}`;
}

/** A firmware function failed. */
export class EfiError extends Error {
  /** `EFI_NOT_FOUND`… */
  readonly code: string;
  readonly status: bigint;

  constructor(task: string, status: bigint) {
    super(`Cannot ${task}: ${statusName(status)}`);
    this.name = "EfiError";
    this.code = statusName(status);
    this.status = status;
  }
}

/** Returns `status` if it is 0 or a warning. Throws {@link EfiError} for an error. */
export function checkStatus(task: string, status: bigint): bigint {
  if ((status & ERROR_BIT) !== 0n) throw new EfiError(task, status);
  return status;
}
