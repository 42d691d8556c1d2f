/** The release; `package.json` says the same. Here because QuickJS imports no JSON. */
export const VERSION = "0.1.0";
