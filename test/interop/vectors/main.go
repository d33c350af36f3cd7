// Command vectors prints what the agent's own configuration reader answers: each typed getter for a list of values as they
// come over the wire, and the questions about names for a few states.
//
// The getters are those of the published module pkg/config/nodetreemodel; whether a value could be converted, which a
// getter only logs, is asked of the functions that it calls.
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/DataDog/datadog-agent/pkg/config/model"
	"github.com/DataDog/datadog-agent/pkg/config/nodetreemodel"
	"github.com/spf13/cast"
)

const module = "github.com/DataDog/datadog-agent/pkg/config/nodetreemodel"

//go:embed values.json
var valuesJSON []byte

//go:embed states.json
var statesJSON []byte

// answers of every getter for one value. Numbers are text, since integers of 64 bits, infinity and NaN are not JSON.
type answers struct {
	Value json.RawMessage `json:"value"`
	// Gives holds what differs from the zero value, by getter.
	Gives map[string]any `json:"gives"`
	// Refused lists the getters that could not convert the value.
	Refused []string `json:"refused"`
}

func main() {
	if err := printAll(); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

// printAll prints one line per value and per state, so that differences are readable.
func printAll() error {
	var values []json.RawMessage
	if err := json.Unmarshal(valuesJSON, &values); err != nil {
		return fmt.Errorf("values.json: %w", err)
	}
	var states []state
	if err := json.Unmarshal(statesJSON, &states); err != nil {
		return fmt.Errorf("states.json: %w", err)
	}
	origin, err := origins()
	if err != nil {
		return err
	}
	line, err := encode(origin)
	if err != nil {
		return err
	}
	fmt.Printf("{\n  \"origin\": %s,\n  \"getters\": [\n", line)
	for i, raw := range values {
		found, err := ask(raw)
		if err != nil {
			return fmt.Errorf("value %s: %w", raw, err)
		}
		if err := printLine(found, i == len(values)-1); err != nil {
			return err
		}
	}
	fmt.Print("  ],\n  \"states\": [\n")
	for i, state := range states {
		if err := printLine(askState(state), i == len(states)-1); err != nil {
			return err
		}
	}
	fmt.Print("  ]\n}\n")
	return nil
}

func printLine(item any, isLast bool) error {
	line, err := encode(item)
	if err != nil {
		return err
	}
	separator := ","
	if isLast {
		separator = ""
	}
	fmt.Printf("    %s%s\n", line, separator)
	return nil
}

func encode(item any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(item)
	return strings.TrimSuffix(text.String(), "\n"), err
}

// origins are read from the build, so that the printed versions are those that were really compiled in.
func origins() (map[string]string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, errors.New("the binary carries no build information")
	}
	found := map[string]string{}
	for _, dependency := range info.Deps {
		if dependency.Replace != nil {
			dependency = dependency.Replace
		}
		if dependency.Path == module || dependency.Path == "github.com/DataDog/cast" {
			found[dependency.Path] = dependency.Version
		}
	}
	return found, nil
}

func ask(raw json.RawMessage) (answers, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return answers{}, err
	}
	config := nodetreemodel.NewNodeTreeConfig("vectors", "", nil)
	config.SetDefault("k", value)
	config.BuildSchema()

	out := answers{Value: raw, Gives: map[string]any{}, Refused: []string{}}
	say := func(getter string, given any, isZero bool, err error) {
		if err != nil {
			out.Refused = append(out.Refused, getter)
		}
		if !isZero {
			out.Gives[getter] = given
		}
	}
	text := config.GetString("k")
	_, err := cast.ToStringE(value)
	say("getString", text, text == "", err)

	flag := config.GetBool("k")
	_, err = cast.ToBoolE(value)
	say("getBool", flag, !flag, err)

	// What Go makes of a float beyond the integer's range depends on the processor.
	if number, isNumber := value.(float64); isNumber && isBeyond(number, 1<<63) {
		for _, getter := range []string{"getInt", "getInt64", "getDuration"} {
			out.Gives[getter] = "undefined behaviour"
		}
	} else {
		whole := config.GetInt("k")
		_, err = cast.ToIntE(value)
		say("getInt", strconv.Itoa(whole), whole == 0, err)

		long := config.GetInt64("k")
		_, err = cast.ToInt64E(value)
		say("getInt64", strconv.FormatInt(long, 10), long == 0, err)

		duration := config.GetDuration("k")
		_, err = cast.ToDurationE(value)
		say("getDuration", strconv.FormatInt(int64(duration), 10), duration == 0, err)
	}
	if number, isNumber := value.(float64); isNumber && isBeyond(number, 1<<31) {
		out.Gives["getInt32"] = "undefined behaviour"
	} else {
		short := config.GetInt32("k")
		_, err = cast.ToInt32E(value)
		say("getInt32", strconv.Itoa(int(short)), short == 0, err)
	}

	float := config.GetFloat64("k")
	_, err = cast.ToFloat64E(value)
	say("getFloat64", formatFloat(float), float == 0 && !math.Signbit(float), err)

	list := config.GetStringSlice("k")
	_, err = cast.ToStringSliceE(value)
	say("getStringSlice", list, len(list) == 0, err)

	floats := config.GetFloat64Slice("k")
	if floats == nil {
		err = errors.New("an element is no number")
	}
	texts := []string{}
	for _, float := range floats {
		texts = append(texts, formatFloat(float))
	}
	say("getFloat64Slice", texts, len(floats) == 0, err)

	anyMap := config.GetStringMap("k")
	_, err = cast.ToStringMapE(value)
	say("getStringMap", anyMap, len(anyMap) == 0, err)

	textMap := config.GetStringMapString("k")
	_, err = cast.ToStringMapStringE(value)
	say("getStringMapString", textMap, len(textMap) == 0, err)

	listMap := config.GetStringMapStringSlice("k")
	for key, list := range listMap {
		if list == nil {
			listMap[key] = []string{}
		}
	}
	_, err = cast.ToStringMapStringSliceE(value)
	say("getStringMapStringSlice", listMap, len(listMap) == 0, err)

	size := config.GetSizeInBytes("k")
	say("getSizeInBytes", strconv.FormatUint(uint64(size), 10), size == 0, nil)
	return out, nil
}

func isBeyond(number, limit float64) bool {
	return math.Trunc(number) >= limit || math.Trunc(number) < -limit
}

func formatFloat(value float64) string {
	return strconv.FormatFloat(value, 'g', -1, 64)
}

// state is a configuration by key and source. Every key must have a default, since a key without one is not known to the
// agent's reader; null stands for none.
type state struct {
	Name     string                          `json:"name"`
	Settings map[string]map[model.Source]any `json:"settings"`
	Names    []string                        `json:"names"`
}

type stateAnswers struct {
	state
	Answers map[string]nameAnswers `json:"answers"`
	// Whole-state questions, by method.
	Whole map[string]any `json:"whole"`
}

type nameAnswers struct {
	Get             any               `json:"get"`
	GetSource       model.Source      `json:"getSource"`
	GetStringMap    map[string]any    `json:"getStringMap"`
	GetStringMapStr map[string]string `json:"getStringMapString"`
	IsConfigured    bool              `json:"isConfigured"`
	IsKnown         bool              `json:"isKnown"`
	IsSetting       bool              `json:"isSetting"`
	HasSection      bool              `json:"hasSection"`
}

func askState(state state) stateAnswers {
	config := nodetreemodel.NewNodeTreeConfig("vectors", "", nil)
	var settings []model.DirectSetting
	for key, claims := range state.Settings {
		config.SetDefault(key, claims[model.SourceDefault])
		for source, value := range claims {
			if source != model.SourceDefault {
				settings = append(settings, model.DirectSetting{Key: key, Value: value, Source: source})
			}
		}
	}
	config.BuildSchema()
	// As the agent's own consumer of the stream does.
	config.DirectBulkSet(settings, false)

	out := stateAnswers{state: state, Answers: map[string]nameAnswers{}, Whole: map[string]any{}}
	flat, _ := config.AllFlattenedSettingsWithSequenceID()
	out.Whole["allSettings"] = config.AllSettings()
	out.Whole["allSettingsWithoutDefault"] = config.AllSettingsWithoutDefault()
	out.Whole["allSettingsBySource"] = config.AllSettingsBySource()
	out.Whole["allFlattenedSettings"] = flat
	out.Whole["configFileUsed"] = config.ConfigFileUsed()
	out.Whole["getProxies"] = config.GetProxies()
	// Last: a name that is asked for counts as a key from then on.
	for _, name := range state.Names {
		out.Answers[name] = nameAnswers{
			Get:             config.Get(name),
			GetSource:       config.GetSource(name),
			GetStringMap:    config.GetStringMap(name),
			GetStringMapStr: config.GetStringMapString(name),
			IsConfigured:    config.IsConfigured(name),
			IsKnown:         config.IsKnown(name),
			IsSetting:       config.IsSetting(name),
			HasSection:      config.HasSection(name),
		}
	}
	return out
}
