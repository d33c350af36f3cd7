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
	"sort"
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
	Key     string          `json:"key"`
	Type    string          `json:"type"`
	Default json.RawMessage `json:"default"`
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
	config := create.NewConfig("datadog")
	setup.InitConfig(config)
	config.BuildSchema()

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
		out.Settings = append(out.Settings, setting{Key: key, Type: kind, Default: wire})
	}
	sort.Slice(out.Settings, func(a, b int) bool { return out.Settings[a].Key < out.Settings[b].Key })
	return out, nil
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
