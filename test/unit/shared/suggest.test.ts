import { describe, expect, it } from "vitest";
import { didYouMean, editDistance, suggest } from "../../../src/shared/suggest.js";

const names = ["log_level", "log_file", "logs_config.batch_wait", "sbom.batch_wait", "apm_config.enabled", "site"];

describe("suggestions", () => {
  it("find a name with a slip of the keyboard", () => {
    expect(suggest("log_levle", names)[0]).toBe("log_level");
    expect(suggest("LOG_LEVEL", names)[0]).toBe("log_level");
    expect(suggest("iste", names)).toEqual(["site"]);
  });

  it("find a name with other separators", () => {
    expect(suggest("logs.config.batch.wait", names)[0]).toBe("logs_config.batch_wait");
    expect(suggest("apm-config-enabled", names)[0]).toBe("apm_config.enabled");
  });

  it("find the dotted names that end so", () => {
    expect(suggest("batch_wait", names)).toEqual(["sbom.batch_wait", "logs_config.batch_wait"]);
    expect(suggest("batch_wiat", names)).toEqual(["sbom.batch_wait", "logs_config.batch_wait"]);
  });

  it("say nothing when nothing is close", () => {
    expect(suggest("zzzzzz", names)).toEqual([]);
    expect(didYouMean([])).toBe("");
  });

  it("read as a question", () => {
    expect(didYouMean(["a"])).toBe(' Did you mean "a"?');
    expect(didYouMean(["a", "b", "c"])).toBe(' Did you mean "a", "b" or "c"?');
  });

  it("count letters put in, taken out, replaced and swapped, up to a bound", () => {
    expect(editDistance("abc", "abc", 3)).toBe(0);
    expect(editDistance("abc", "acb", 3)).toBe(1);
    expect(editDistance("kitten", "sitting", 3)).toBe(3);
    expect(editDistance("kitten", "sitting", 2)).toBe(3);
    expect(editDistance("", "abcdef", 2)).toBe(3);
  });
});
