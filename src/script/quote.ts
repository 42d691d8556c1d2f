/** Text and names in the language's notation. */

const ESCAPES: { readonly [character: string]: string } = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
};

/** In quotes that need no escape, if possible; escapes control characters and lone surrogates. */
export function quote(text: string): string {
  const mark = ["'", '"', "`"].find((candidate) => !text.includes(candidate)) ?? "'";
  const inner = text.replaceAll(
    /[\\\p{Cc}\p{Cs}]/gu,
    (character) => ESCAPES[character] ?? unicode(character),
  );
  return `${mark}${mark === "'" ? inner.replaceAll("'", "\\'") : inner}${mark}`;
}

function unicode(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** A property's name as in source code. */
export function propertyName(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  return /^[A-Za-z_$\x80-\uffff][\w$\x80-\uffff]*$/.test(key) ? key : quote(key);
}
