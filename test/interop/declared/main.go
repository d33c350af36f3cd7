// Command declared prints what a real core agent makes of values for keys that are declared with a type, and how it streams them: from a
// file, from an environment variable, and when they are set.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/DataDog/datadog-agent/pkg/config/model"
	"github.com/DataDog/datadog-agent/pkg/config/nodetreemodel"
)

// declared are the types, by the names that entries of defaults have.
var declared = []struct {
	name  string
	value any
}{
	{"bool", false}, {"int", 7}, {"number", 7.5}, {"duration", 7 * time.Second}, {"string", "seven"},
	{"string[]", []string{"seven"}}, {"any[]", []interface{}{"seven"}}, {"number[]", []float64{7}}, {"object", map[string]interface{}{"seven": 7}},
}

// Of each form, texts: of the file as YAML, of the environment as it stands there, of a set as JSON.
var inFile = []string{"true", "'true'", "yes", "1", "0", "5", "-5", "1.5", "1e3", "'5'", "'5.0'", "'5.5'", "'010'", "'0x10'", "010", "'1_000'", "' 5'", "61s", "'61'", "1h30m", "''", "a b,c", "'[\"a b\",\"c\"]'", "'null'", "[]", "[a, 1, yes, ~]", "[1.5, 2]", "['1', '2']", "{}", "{a: 1}", "[{a: 1}]", "'{\"a\":1}'", "~"}
var inEnvironment = []string{"true", "yes", "T", "1", "0", "5", "-5", "1.5", "1e3", "5.0", "010", "0x10", "1_000", " 5", "61s", "61", "a", "a b,c", "[\"a b\",\"c\"]", "[]", "null", "{\"a\":1}", "[{\"a\":1}]", "{bad", "1.5 2", "  "}
var inSet = []string{"true", "1", "0", "5", "1.5", "\"5\"", "\"5.5\"", "\"010\"", "\"T\"", "\"on\"", "\"\"", "\"61s\"", "\"a b,c\"", "[]", "[\"a\",1]", "[1.5,\"2\"]", "{}", "{\"a\":1}"}

type vector struct {
	Type  string          `json:"type"`
	From  string          `json:"from"`
	Given string          `json:"given"`
	Wire  json.RawMessage `json:"wire"`
	// Source is what wins: the default when the value changed nothing.
	Source string `json:"source"`
}

func main() {
	var vectors []vector
	for _, typ := range declared {
		for _, text := range inFile {
			vectors = append(vectors, ask(typ.name, typ.value, "file", text))
		}
		for _, text := range inEnvironment {
			vectors = append(vectors, ask(typ.name, typ.value, "environment", text))
		}
		for _, text := range inSet {
			vectors = append(vectors, ask(typ.name, typ.value, "set", text))
		}
	}
	fmt.Print("{\n  \"origin\": \"github.com/DataDog/datadog-agent/pkg/config/nodetreemodel v0.85.0\",\n  \"vectors\": [\n")
	for i, item := range vectors {
		separator := ","
		if i == len(vectors)-1 {
			separator = ""
		}
		line, err := json.Marshal(item)
		if err != nil {
			fmt.Fprintln(os.Stderr, "declared:", err)
			os.Exit(1)
		}
		fmt.Printf("    %s%s\n", line, separator)
	}
	fmt.Print("  ]\n}\n")
}

func ask(name string, value any, from, text string) vector {
	if from == "environment" {
		os.Setenv("DD_K", text)
		defer os.Unsetenv("DD_K")
	}
	config := nodetreemodel.NewNodeTreeConfig("declared", "DD", strings.NewReplacer(".", "_"))
	config.BindEnvAndSetDefault("k", value)
	config.BuildSchema()
	if from == "file" {
		if err := config.ReadConfig(strings.NewReader("k: " + text + "\n")); err != nil {
			panic(err)
		}
	}
	if from == "set" {
		var given any
		if err := json.Unmarshal([]byte(text), &given); err != nil {
			panic(err)
		}
		config.Set("k", given, model.SourceAgentRuntime)
	}
	return vector{Type: name, From: from, Given: text, Wire: wire(config.Get("k")), Source: string(config.GetSource("k"))}
}

// The producer of the stream passes values through JSON.
func wire(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage(`"cannot be streamed"`)
	}
	return text
}
