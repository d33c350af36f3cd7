/** Text from outside, made fit for a terminal: by the rule that what a remote agent serves keeps to as well. */
export { jsonText, printable, printableLines } from "configstream-consumer/internal";
