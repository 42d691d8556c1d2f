/** Where the logs of services are. */

export const LOG_FOLDER = "/var/log/bq2";

/** Old files of a log that are kept. */
export const OLD_LOGS = 3;

/** The log of a service: the current file, or the one `age` rotations older. */
export function logPath(name: string, age = 0): string {
  return `${LOG_FOLDER}/${name}.log${age === 0 ? "" : `.${age}`}`;
}
