// Command yaml prints what the agent's YAML reader makes of scalars and of whole documents: the module, and the two calls, that
// pkg/config/nodetreemodel uses for datadog.yaml.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v2"
)

const module = "go.yaml.in/yaml/v2"

//go:embed scalars.json
var scalarsJSON []byte

//go:embed documents.json
var documentsJSON []byte

// found is what one document reads as. Value is missing when it is refused; Strict says that something in it is only tolerated.
type found struct {
	Text   string `json:"text"`
	Value  any    `json:"value,omitempty"`
	Error  bool   `json:"error,omitempty"`
	Strict bool   `json:"strict,omitempty"`
}

func main() {
	if err := printAll(); err != nil {
		fmt.Fprintln(os.Stderr, "yaml:", err)
		os.Exit(1)
	}
}

func printAll() error {
	var scalars, documents []string
	if err := json.Unmarshal(scalarsJSON, &scalars); err != nil {
		return fmt.Errorf("scalars.json: %w", err)
	}
	if err := json.Unmarshal(documentsJSON, &documents); err != nil {
		return fmt.Errorf("documents.json: %w", err)
	}
	fmt.Printf("{\n  \"origin\": {%q: %q},\n", module, version())
	printList("scalars", scalars, func(text string) string { return "k: " + text + "\n" })
	fmt.Print(",\n")
	printList("documents", documents, func(text string) string { return text })
	fmt.Print("\n}\n")
	return nil
}

func printList(name string, texts []string, document func(string) string) {
	fmt.Printf("  %q: [\n", name)
	for i, text := range texts {
		separator := ","
		if i == len(texts)-1 {
			separator = ""
		}
		fmt.Printf("    %s%s\n", encode(read(text, document(text))), separator)
	}
	fmt.Print("  ]")
}

func read(text, document string) found {
	var value map[string]interface{}
	strict := yaml.UnmarshalStrict([]byte(document), &value)
	value = nil
	if err := yaml.Unmarshal([]byte(document), &value); err != nil {
		return found{Text: text, Error: true}
	}
	return found{Text: text, Value: plain(value), Strict: strict != nil}
}

// plain makes a value that JSON can hold: names as the agent makes them, and numbers that are not JSON as text with a mark.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]interface{}:
		out := map[string]any{}
		for name, item := range value {
			out[name] = plain(item)
		}
		return out
	case map[interface{}]interface{}:
		out := map[string]any{}
		for name, item := range value {
			out[fmt.Sprintf("%v", name)] = plain(item)
		}
		return out
	case []interface{}:
		out := []any{}
		for _, item := range value {
			out = append(out, plain(item))
		}
		return out
	case float64:
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return map[string]string{"number": strconv.FormatFloat(value, 'g', -1, 64)}
		}
	}
	return value
}

func encode(item any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(item); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return ""
}
