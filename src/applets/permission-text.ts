/** The nine letters of a mode's permissions, as `ls -l` and `tar -tv` print them: `rwsr-xr-x`. */
export function permissionText(mode: number): string {
  const bits = Array.from("rwxrwxrwx", (letter, i) => ((mode >> (8 - i)) & 1 ? letter : "-"));
  const special = (bit: number, at: number, letter: string): void => {
    if (mode & bit) bits[at] = bits[at] === "-" ? letter.toUpperCase() : letter;
  };
  special(0o4000, 2, "s");
  special(0o2000, 5, "s");
  special(0o1000, 8, "t");
  return bits.join("");
}
