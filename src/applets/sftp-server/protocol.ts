/**
 * The numbers of SFTP, protocol version 3 (draft-ietf-secsh-filexfer-02), and this server's limits.
 */
export const PROTOCOL_VERSION = 3;

/** Section 3, "General Packet Format". The client's first message, requests, and requests by name. */
export const INIT = 1;
export const EXTENDED = 200;
export const REQUEST_TYPES = {
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
} as const;

/** Section 3. The server's messages. */
export const REPLY_TYPES = {
  version: 2,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attributes: 105,
  extended: 201,
} as const;

/** Section 7, "Responses from the Server to the Client". */
export const STATUS = {
  ok: 0,
  endOfFile: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;
export type StatusCode = (typeof STATUS)[keyof typeof STATUS];

/** Section 6.3, "Opening, Creating, and Closing Files": SSH_FXF_… */
export const OPEN = {
  read: 0x01,
  write: 0x02,
  append: 0x04,
  create: 0x08,
  truncate: 0x10,
  exclusive: 0x20,
} as const;

/** Section 5, "File Attributes": SSH_FILEXFER_ATTR_… */
export const ATTRIBUTE = {
  size: 0x01,
  owner: 0x02,
  permissions: 0x04,
  times: 0x08,
  extended: 0x80000000,
} as const;

/** The extensions that this server announces, and their versions (OpenSSH's file PROTOCOL, section 4). */
export const EXTENSIONS = {
  "posix-rename@openssh.com": "1",
  "hardlink@openssh.com": "1",
  "fsync@openssh.com": "1",
  "limits@openssh.com": "1",
} as const;
export type ExtensionName = keyof typeof EXTENSIONS;

/** Bytes of the longest message, without its length: SFTP_MAX_MSG_LENGTH in OpenSSH's sftp-common.h. */
export const MAX_MESSAGE = 256 * 1024;

/** Bytes that one message reads or writes at most: SFTP_MAX_READ_LENGTH in OpenSSH's sftp-server.c. */
export const MAX_DATA = MAX_MESSAGE - 1024;

/** Open files and folders of one session. Below 1,024, the usual limit of descriptors (getrlimit(2)). */
export const MAX_HANDLES = 1000;
