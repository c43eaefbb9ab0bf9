/** Of what lies in the data directory; counts up when older data cannot be read (CHANGELOG says how to upgrade). */
export const SCHEMA_VERSION = 1;
