/** Started by `bindings.ts`; returns to it. */
console.log("chained: here");
