/** Unpacking without the folders that nobody reads. */

/**
 * For `UnpackOptions.rename`: leaves out what is in one of `folders` (paths in the unpacked tree), except
 * files of the names `except`.
 */
export function leavingOut(unread: {
  readonly folders: readonly string[];
  readonly except: readonly string[];
}): (path: string) => string | undefined {
  const starts = unread.folders.map((folder) => `${folder}/`);
  const except = new Set(unread.except);
  return (path) => {
    const isUnread = starts.some((start) => `${path}/`.startsWith(start));
    return isUnread && !except.has(path.slice(path.lastIndexOf("/") + 1)) ? undefined : path;
  };
}
