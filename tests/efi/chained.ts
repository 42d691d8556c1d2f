/** Started by `bindings.ts`, to which it returns. */
console.log("chained: here");
