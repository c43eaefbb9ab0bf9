/** How everything that goes wrong is said, by every route and for every cause. */
import { type Static, Type } from "typebox";

export const ErrorDetails = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]));

export const ErrorBody = Type.Object(
  {
    code: Type.String({ description: "stable and meant for programs, as `not-found` or `nonce-too-low`" }),
    message: Type.String({ description: "a sentence meant for people" }),
    details: Type.Optional(ErrorDetails),
  },
  { title: "ErrorBody" },
);
export type ErrorBody = Static<typeof ErrorBody>;

export const ErrorReply = Type.Object({ error: ErrorBody }, { title: "ErrorReply" });
export type ErrorReply = Static<typeof ErrorReply>;
