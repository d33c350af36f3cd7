/**
 * The interface that zod, valibot, arktype and others share, see https://standardschema.dev. Written out, as its authors suggest,
 * so that no package is needed. Types only.
 */

/** A schema of any library. */
export interface StandardSchema<Output = unknown> {
  /** What the libraries agree on. */
  readonly "~standard": {
    /** Version of the agreement. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: string;
    /** Judges a value. One that gives a promise cannot be used here. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** The types of what goes in and comes out; not there at run time. */
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema makes of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a schema finds wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
