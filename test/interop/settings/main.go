// Command settings prints every setting that a real core agent declares: its key, the type of its value, and its
// default as it goes over the wire.
//
// It builds the agent's own configuration object with the published module's own declarations. What the agent adjusts
// afterwards to the machine that it runs on (number of cores, container mounts) is left out on purpose, so that the
// output depends on the module alone.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/DataDog/datadog-agent/pkg/config/create"
	"github.com/DataDog/datadog-agent/pkg/config/model"
	"github.com/DataDog/datadog-agent/pkg/config/setup"
)

const module = "github.com/DataDog/datadog-agent/pkg/config/setup"

type settings struct {
	Origin   origin    `json:"origin"`
	Settings []setting `json:"settings"`
}

type origin struct {
	Module  string `json:"module"`
	Version string `json:"version"`
}

type setting struct {
	Key  string `json:"key"`
	Type string `json:"type"`
	// Items is the type of an array's items, where it is not text.
	Items   string          `json:"items,omitempty"`
	Default json.RawMessage `json:"default"`
	// Env are the variables that set the key, where they are not `DD_` and the key alone; the first that is set counts. Empty: none does.
	Env []string `json:"env,omitzero"`
	// EnvSeparator stands between the texts of a list in a variable, where it is not white space.
	EnvSeparator string `json:"envSeparator,omitempty"`
}

func main() {
	out, err := collect()
	if err == nil {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetEscapeHTML(false)
		err = encoder.Encode(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "settings:", err)
		os.Exit(1)
	}
}

func collect() (settings, error) {
	// Default paths and sockets differ between systems; the committed file holds those of Linux.
	if runtime.GOOS != "linux" {
		return settings{}, fmt.Errorf("defaults of %s were asked for, but the list holds those of linux: run it there", runtime.GOOS)
	}
	version, err := moduleVersion()
	if err != nil {
		return settings{}, err
	}
	config := build()
	variables := variablesOf(config)

	// The producer of the stream sends the flattened settings too: leaves only, sections are not settings.
	flat, _ := config.AllFlattenedSettingsWithSequenceID()
	out := settings{Origin: origin{Module: module, Version: version}, Settings: make([]setting, 0, len(flat))}
	for key, value := range flat {
		if source := config.GetSource(key); source != model.SourceDefault {
			return settings{}, fmt.Errorf("setting %s comes from source %s: run this program with an empty environment", key, source)
		}
		kind, err := typeOf(value)
		if err != nil {
			return settings{}, fmt.Errorf("setting %s: %w", key, err)
		}
		// The producer passes values through JSON, which turns a duration into its nanoseconds.
		wire, err := json.Marshal(value)
		if err != nil {
			return settings{}, fmt.Errorf("setting %s: %w", key, err)
		}
		declared := setting{Key: key, Type: kind, Items: itemsOf(value), Default: wire}
		// The variables of the proxies are read by code that runs when the agent starts, and are the usual ones.
		isRead := len(variables[key]) > 0 || !strings.HasPrefix(key, "proxy.")
		if names := variables[key]; isRead && !slices.Equal(names, []string{usualVariable(key)}) {
			declared.Env = append([]string{}, names...)
		}
		out.Settings = append(out.Settings, declared)
	}
	sort.Slice(out.Settings, func(a, b int) bool { return out.Settings[a].Key < out.Settings[b].Key })
	findSeparators(out.Settings)
	return out, nil
}

func build() model.BuildableConfig {
	config := create.NewConfig("datadog")
	setup.InitConfig(config)
	config.BuildSchema()
	return config
}

// usualVariable is the variable that sets a key which names none of its own.
func usualVariable(key string) string {
	return "DD_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// variablesOf reads the variables of each key. The module prints them only without their keys, so its field is looked into.
func variablesOf(config model.Reader) map[string][]string {
	field := reflect.ValueOf(config).Elem().FieldByName("configEnvVars")
	variables := map[string][]string{}
	for entries := field.MapRange(); entries.Next(); {
		names := make([]string, entries.Value().Len())
		for i := range names {
			names[i] = entries.Value().Index(i).String()
		}
		// Some are bound twice.
		variables[entries.Key().String()] = slices.Compact(names)
	}
	return variables
}

// findSeparators gives every list of texts a variable with white space and a comma in it, and looks how it is split.
func findSeparators(all []setting) {
	const given = "a b,c"
	for _, each := range all {
		if each.Type == "array" && each.Items == "" {
			os.Setenv(variableOf(each), given)
		}
	}
	config := build()
	for i, each := range all {
		if each.Type != "array" || each.Items != "" {
			continue
		}
		os.Unsetenv(variableOf(each))
		// Some are split in ways of their own (JSON, or at either); an entry of defaults has no word for those.
		if read := fmt.Sprintf("%q", config.Get(each.Key)); read == `["a b" "c"]` {
			all[i].EnvSeparator = ","
		}
	}
}

func variableOf(s setting) string {
	if len(s.Env) > 0 {
		return s.Env[0]
	}
	return usualVariable(s.Key)
}

// itemsOf names the type of a list's items; text goes without saying.
func itemsOf(value any) string {
	typ := reflect.TypeOf(value)
	if typ.Kind() != reflect.Slice {
		return ""
	}
	switch typ.Elem().Kind() {
	case reflect.String:
		return ""
	case reflect.Float64, reflect.Int:
		return "number"
	default:
		return "any"
	}
}

// moduleVersion is read from the build, so that the printed version is the one that was really compiled in.
func moduleVersion() (string, error) {
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

func typeOf(value any) (string, error) {
	if _, ok := value.(time.Duration); ok {
		return "duration", nil
	}
	if value == nil {
		return "", errors.New("it has no default, so its type is unknown")
	}
	switch kind := reflect.TypeOf(value).Kind(); kind {
	case reflect.String:
		return "string", nil
	case reflect.Bool:
		return "boolean", nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "integer", nil
	case reflect.Float32, reflect.Float64:
		return "number", nil
	case reflect.Slice, reflect.Array:
		return "array", nil
	case reflect.Map:
		return "object", nil
	default:
		return "", fmt.Errorf("a default of Go type %T has no counterpart on the wire", value)
	}
}
