/** Other names of the system's program; it does what it is called by. */
export const APPLET_LINKS: readonly { readonly path: string; readonly target: string }[] = [];
