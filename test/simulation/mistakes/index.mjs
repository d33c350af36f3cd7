// Mistakes that were made before, here or elsewhere, or that hands have made to see whether anything notices.
import { memoryMistakes } from "./memory.mjs";
import { sessionMistakes } from "./session.mjs";
import { settingsMistakes } from "./settings.mjs";
import { streamMistakes } from "./stream.mjs";
import { tellingMistakes } from "./telling.mjs";

export const mistakes = [
  ...streamMistakes,
  ...sessionMistakes,
  ...tellingMistakes,
  ...settingsMistakes,
  ...memoryMistakes,
];
