/** Apart from the schema, so that process 1 can see that there is no description without loading valibot. */
export const DESCRIPTION_FILE = "/etc/bq2/system.json";
