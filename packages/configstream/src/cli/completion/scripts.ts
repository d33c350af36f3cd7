/** Completion scripts for the three usual shells. Pure. */
import type { Completable, CompletableCommand, CompletableOption } from "./model.js";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, model: Completable): string {
  switch (shell) {
    case "bash":
      return bash(model);
    case "zsh":
      return zsh(model);
    case "fish":
      return fish(model);
  }
}

function bash({ program, commands }: Completable): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map((command) => {
    const words = [...command.options.flatMap(({ long, short }) => [long, short]), ...command.choices].filter(Boolean);
    return `    ${command.name}) words="${words.join(" ")}" ;;`;
  });
  const options = byValue(commands);
  return `# Completion of ${program} for bash: source it, or put it into your completions directory.
_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}" words=""
  COMPREPLY=()
  case "$previous" in
${options.files.length > 0 ? `    ${options.files.join("|")}) COMPREPLY=($(compgen -f -- "$current")); compopt -o filenames 2>/dev/null; return ;;` : ""}
${options.directories.length > 0 ? `    ${options.directories.join("|")}) COMPREPLY=($(compgen -d -- "$current")); compopt -o filenames 2>/dev/null; return ;;` : ""}
${options.choices.map(({ long, choices }) => `    ${long}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current")); return ;;`).join("\n")}
${options.texts.length > 0 ? `    ${options.texts.join("|")}) return ;;` : ""}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _${program} ${program}
`.replaceAll(/\n\n+/g, "\n");
}

function zsh({ program, commands }: Completable): string {
  const described = commands.map(
    ({ name, description }) => `    ${quote(`${name}:${description.replaceAll(":", "\\:")}`)}`,
  );
  const cases = commands.map((command) => {
    const specs = command.options.map((option) => `        ${quote(zshOption(option))}`);
    const first = command.choices.length > 0 ? [`        ${quote(`1:argument:(${command.choices.join(" ")})`)}`] : [];
    return `      ${command.name})\n        _arguments \\\n${[...specs, ...first].join(" \\\n")}\n        ;;`;
  });
  return `#compdef ${program}
# Completion of ${program} for zsh: save it as _${program} in a directory of $fpath, or source it after compinit.
_${program}() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_${program}" ]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function zshOption({ long, description, value, choices }: CompletableOption): string {
  const text = description.replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:");
  const actions = { none: "", file: ":file:_files", directory: ":directory:_files -/", text: ":text:", choice: "" };
  const action = value === "choice" ? `:choice:(${choices.join(" ")})` : actions[value];
  return `*${long}[${text}]${action}`;
}

function fish({ program, commands }: Completable): string {
  const names = commands.map(({ name, description }) => {
    return `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(description)}`;
  });
  const options = commands.flatMap((command) => command.options.map((option) => fishOption(program, command, option)));
  const choices = commands
    .filter((command) => command.choices.length > 0)
    .map(({ name, choices: words }) => {
      return `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -f -a ${fishQuote(words.join(" "))}`;
    });
  return `# Completion of ${program} for fish: save it as ~/.config/fish/completions/${program}.fish
complete -c ${program} -f
${[...names, ...options, ...choices].join("\n")}
`;
}

function fishOption(program: string, { name }: CompletableCommand, option: CompletableOption): string {
  const { long, short, description, value, choices } = option;
  const takes = {
    none: "",
    file: " -r -F",
    directory: " -x -a '(__fish_complete_directories)'",
    text: " -x",
    choice: ` -x -a ${fishQuote(choices.join(" "))}`,
  }[value];
  const letter = short === "" ? "" : ` -s ${short.slice(1)}`;
  return `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)}${letter}${takes} -d ${fishQuote(description)}`;
}

/** Options by what they take; an option of the same name takes the same everywhere. */
function byValue(commands: readonly CompletableCommand[]) {
  const all = new Map(commands.flatMap(({ options }) => options.map((option) => [option.long, option] as const)));
  const longs = (value: CompletableOption["value"]) =>
    [...all.values()].filter((option) => option.value === value).map(({ long }) => long);
  return {
    files: longs("file"),
    directories: longs("directory"),
    texts: longs("text"),
    choices: [...all.values()].filter(({ value }) => value === "choice"),
  };
}

/** For a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
