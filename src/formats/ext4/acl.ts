/**
 * Converts POSIX access control lists from the form of system calls to the shorter one of ext4.
 * Source: Linux, include/uapi/linux/posix_acl_xattr.h and fs/ext4/acl.h (`ext4_acl_to_disk`).
 */
import { Bq2Error } from "../../base/error.ts";
import { struct, u16, u32 } from "../../base/struct.ts";

const Header = struct("acl header", 4, { version: u32 });
const XATTR_VERSION = 2; // POSIX_ACL_XATTR_VERSION
const DISK_VERSION = 1; // EXT4_ACL_VERSION

const LongEntry = struct("posix_acl_xattr_entry", 8, { tag: u16, permissions: u16, id: u32 });
const ShortEntry = struct("ext4_acl_entry_short", 4, { tag: u16, permissions: u16 });

/** Entries for a named user or group (posix_acl.h: ACL_USER, ACL_GROUP); only these keep their id. */
const TAGS_WITH_ID: readonly number[] = [0x02, 0x08];

/** The value of `system.posix_acl_*` as ext4 stores it. Throws `bad-attribute` if it is not such a list. */
export function aclToDisk(value: Uint8Array, path: string): Uint8Array {
  const isWhole = value.length >= Header.size && (value.length - Header.size) % LongEntry.size === 0;
  const version = isWhole ? Header.decode(value).version : undefined;
  if (version !== XATTR_VERSION) {
    const found = version === undefined ? `${value.length} bytes` : `version ${version}`;
    throw new Bq2Error(
      `Cannot store the access control list of "${path}": version ${XATTR_VERSION} in 4 + 8n bytes wanted, ${found} found`,
      { code: "bad-attribute", hint: "remove it from the tree, or set it again with setfacl" },
    );
  }
  const disk = new Uint8Array(value.length);
  Header.encodeInto(disk, 0, { version: DISK_VERSION });
  let end = Header.size;
  for (let at = Header.size; at < value.length; at += LongEntry.size) {
    const entry = LongEntry.decode(value, at);
    const form = TAGS_WITH_ID.includes(entry.tag) ? LongEntry : ShortEntry;
    form.encodeInto(disk, end, entry);
    end += form.size;
  }
  return disk.slice(0, end);
}
