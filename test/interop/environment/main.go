// Command environment prints what a real core agent makes of environment variables for settings that it declares itself: some of each
// declared type, every list and map, and those that several variables set. The settings come from the file of the argument (agent-settings.json).
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sort"
	"strings"

	"github.com/DataDog/datadog-agent/pkg/config/create"
	"github.com/DataDog/datadog-agent/pkg/config/model"
	"github.com/DataDog/datadog-agent/pkg/config/setup"
)

// Settings of a kind that are asked for.
const ofEachKind = 3

var texts = []string{
	"010", "0x10", "0b11", "1_000", "5", " 5", "-5", "1.5", "5.0", "1e3", "true", "TRUE", "T", "yes", "on", "0", "61s", "1h30m", "61", "a b,c", "a", "a,,b",
	" a  b ", `["a b","c"]`, "[]", "[1,2]", `{"a":1}`, `{"a":["b"]}`, `[{"a":1}]`, "{bad", "null", "''", "", " ",
}

type setting struct {
	Key          string   `json:"key"`
	Type         string   `json:"type"`
	Items        string   `json:"items"`
	Env          []string `json:"env"`
	EnvSeparator string   `json:"envSeparator"`
}

type vector struct {
	Key       string            `json:"key"`
	Variables map[string]string `json:"variables"`
	Wire      json.RawMessage   `json:"wire"`
	Source    string            `json:"source"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "environment:", err)
		os.Exit(1)
	}
}

func run() error {
	var list struct {
		Settings []setting `json:"settings"`
	}
	text, err := os.ReadFile(os.Args[len(os.Args)-1])
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	version, err := versionOf("github.com/DataDog/datadog-agent/pkg/config/setup")
	if err != nil {
		return err
	}
	reading, err := versionOf("github.com/DataDog/datadog-agent/pkg/config/nodetreemodel")
	if err != nil {
		return err
	}
	var vectors []vector
	asked := sample(list.Settings)
	for _, text := range texts {
		vectors = append(vectors, ask(asked, func(names []string) map[string]string { return map[string]string{names[0]: text} })...)
	}
	// Code of a setting's own reads some lists and maps, so all others of them are asked, too.
	others := listsAndMaps(list.Settings, asked)
	for _, text := range []string{"a b,c", " a  b ", `["a b","c"]`, `{"a":1}`} {
		vectors = append(vectors, ask(others, func(names []string) map[string]string { return map[string]string{names[0]: text} })...)
	}
	// Of several variables.
	var several []setting
	for _, each := range asked {
		if len(each.Env) > 1 {
			several = append(several, each)
		}
	}
	for _, pair := range [][2]string{{"", "1"}, {"0", "1"}, {"1", ""}, {" ", "1"}, {"x", "1"}} {
		vectors = append(vectors, ask(several, func(names []string) map[string]string {
			return map[string]string{names[0]: pair[0], names[len(names)-1]: pair[1]}
		})...)
	}
	vectors = append(vectors, ask(several, func(names []string) map[string]string { return map[string]string{names[len(names)-1]: "1"} })...)
	fmt.Printf("{\n  \"origin\": \"pkg/config/setup %s, pkg/config/nodetreemodel %s\",\n  \"vectors\": [\n", version, reading)
	for i, each := range vectors {
		line, err := json.Marshal(each)
		if err != nil {
			return err
		}
		fmt.Printf("    %s%s\n", line, map[bool]string{true: ","}[i < len(vectors)-1])
	}
	fmt.Print("  ]\n}\n")
	return nil
}

// sample takes the first settings of each kind, by key.
func sample(all []setting) []setting {
	sort.Slice(all, func(a, b int) bool { return all[a].Key < all[b].Key })
	taken := map[string]int{}
	var some []setting
	for _, each := range all {
		kind := fmt.Sprint(each.Type, each.Items, each.EnvSeparator, len(each.Env))
		if taken[kind] < ofEachKind {
			taken[kind]++
			some = append(some, each)
		}
	}
	return some
}

func listsAndMaps(all, but []setting) []setting {
	taken := map[string]bool{}
	for _, each := range but {
		taken[each.Key] = true
	}
	var some []setting
	for _, each := range all {
		if (each.Type == "array" || each.Type == "object") && !taken[each.Key] {
			some = append(some, each)
		}
	}
	return some
}

// ask gives every setting variables of its own, and builds one configuration with all of them.
func ask(asked []setting, given func(names []string) map[string]string) []vector {
	vectors := make([]vector, len(asked))
	for i, each := range asked {
		names := each.Env
		if len(names) == 0 {
			names = []string{"DD_" + strings.ToUpper(strings.ReplaceAll(each.Key, ".", "_"))}
		}
		vectors[i] = vector{Key: each.Key, Variables: given(names)}
		for name, text := range vectors[i].Variables {
			os.Setenv(name, text)
		}
	}
	config := build()
	for i, each := range vectors {
		vectors[i].Wire = wire(config.Get(each.Key))
		vectors[i].Source = string(config.GetSource(each.Key))
		for name := range each.Variables {
			os.Unsetenv(name)
		}
	}
	return vectors
}

func build() model.BuildableConfig {
	config := create.NewConfig("datadog")
	setup.InitConfig(config)
	config.BuildSchema()
	return config
}

// The producer of the stream passes values through JSON.
func wire(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage(`"cannot be streamed"`)
	}
	return text
}

// versionOf is read from the build, so that the printed version is the one that was really compiled in.
func versionOf(module string) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("the binary carries no build information")
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version, nil
		}
	}
	return "", fmt.Errorf("the build does not depend on %s", module)
}
