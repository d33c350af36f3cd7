/** The token and the session id that are shown at each call. Pure. */

/** Whether a text can be one of them: a header must be able to carry it. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** Completes "The token file X …", without a full stop. */
export const noTokenFault = "does not hold one token: it has blanks or characters that are not ASCII";
