// Command descriptor prints the part of the core agent's published gRPC contract that a configuration consumer uses.
//
// It asks the generated code of the published module, not the .proto files, so that what is printed is what a real
// core agent puts on the wire. The messages are those that the used methods reach, directly or through a field.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"sort"

	pbgo "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const module = "github.com/DataDog/datadog-agent/pkg/proto"

// The real services have many more methods; these are the ones that a consumer calls, and those that it serves.
var used = []struct {
	file    protoreflect.FileDescriptor
	service protoreflect.Name
	methods []protoreflect.Name
}{
	{pbgo.File_datadog_api_v1_api_proto, "AgentSecure", []protoreflect.Name{"RefreshRemoteAgent", "RegisterRemoteAgent", "ReportHealthIssue", "ResolveHealthIssue", "StreamConfigEvents"}},
	{pbgo.File_datadog_remoteagent_command_proto, "RemoteCommandProvider", []protoreflect.Name{"ExecuteCommand", "ListCommands"}},
	{pbgo.File_datadog_remoteagent_flare_proto, "FlareProvider", []protoreflect.Name{"GetFlareFiles"}},
	{pbgo.File_datadog_remoteagent_status_proto, "StatusProvider", []protoreflect.Name{"GetStatusDetails"}},
	{pbgo.File_datadog_remoteagent_telemetry_proto, "TelemetryProvider", []protoreflect.Name{"GetTelemetry"}},
	{pbgo.File_datadog_remoteagent_remoteagent_proto, "RemoteAgent", []protoreflect.Name{"RefreshRemoteAgent", "RegisterRemoteAgent", "ReportRemoteAgentEvent"}},
}

type contract struct {
	Module   string    `json:"module"`
	Version  string    `json:"version"`
	Services []service `json:"services"`
	Messages []message `json:"messages"`
	Enums    []enum    `json:"enums"`
}

type service struct {
	Name    string   `json:"name"`
	Methods []method `json:"methods"`
}

type method struct {
	Name            string `json:"name"`
	Request         string `json:"request"`
	Response        string `json:"response"`
	ClientStreaming bool   `json:"clientStreaming"`
	ServerStreaming bool   `json:"serverStreaming"`
}

type message struct {
	Name   string  `json:"name"`
	Fields []field `json:"fields"`
}

type field struct {
	Name   string  `json:"name"`
	Number int     `json:"number"`
	Type   string  `json:"type"`
	Label  string  `json:"label"`
	Oneof  *string `json:"oneof"`
}

type enum struct {
	Name   string      `json:"name"`
	Values []enumValue `json:"values"`
}

type enumValue struct {
	Name   string `json:"name"`
	Number int    `json:"number"`
}

func main() {
	out, err := describe()
	if err == nil {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "descriptor:", err)
		os.Exit(1)
	}
}

func describe() (contract, error) {
	version, err := moduleVersion()
	if err != nil {
		return contract{}, err
	}
	reached := map[protoreflect.FullName]protoreflect.MessageDescriptor{}
	out := contract{Module: module, Version: version, Services: []service{}, Messages: []message{}, Enums: []enum{}}
	for _, want := range used {
		descriptor := want.file.Services().ByName(want.service)
		if descriptor == nil {
			return contract{}, fmt.Errorf("the module has no service %s in %s", want.service, want.file.Path())
		}
		described := service{Name: string(descriptor.FullName()), Methods: []method{}}
		for _, name := range want.methods {
			m := descriptor.Methods().ByName(name)
			if m == nil {
				return contract{}, fmt.Errorf("service %s has no method %s", descriptor.FullName(), name)
			}
			described.Methods = append(described.Methods, method{
				Name:            string(m.Name()),
				Request:         string(m.Input().FullName()),
				Response:        string(m.Output().FullName()),
				ClientStreaming: m.IsStreamingClient(),
				ServerStreaming: m.IsStreamingServer(),
			})
			reach(m.Input(), reached)
			reach(m.Output(), reached)
		}
		out.Services = append(out.Services, described)
	}
	for _, descriptor := range reached {
		out.Messages = append(out.Messages, message{Name: string(descriptor.FullName()), Fields: fieldsOf(descriptor)})
	}
	sort.Slice(out.Messages, func(a, b int) bool { return out.Messages[a].Name < out.Messages[b].Name })
	out.Enums = enumsOf(reached)
	sort.Slice(out.Services, func(a, b int) bool { return out.Services[a].Name < out.Services[b].Name })
	return out, nil
}

// moduleVersion is read from the build, so that the printed version is the one that was really compiled in.
func moduleVersion() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", fmt.Errorf("the binary carries no build information")
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version, nil
		}
	}
	return "", fmt.Errorf("the build does not depend on %s", module)
}

func reach(descriptor protoreflect.MessageDescriptor, reached map[protoreflect.FullName]protoreflect.MessageDescriptor) {
	// The entry message of a map has no name of its own in a .proto file; the map field tells its types.
	if descriptor.IsMapEntry() {
		if value := descriptor.Fields().ByNumber(2).Message(); value != nil {
			reach(value, reached)
		}
		return
	}
	if _, seen := reached[descriptor.FullName()]; seen {
		return
	}
	reached[descriptor.FullName()] = descriptor
	fields := descriptor.Fields()
	for i := 0; i < fields.Len(); i++ {
		if target := fields.Get(i).Message(); target != nil {
			reach(target, reached)
		}
	}
}

func fieldsOf(descriptor protoreflect.MessageDescriptor) []field {
	fields := []field{}
	for i := 0; i < descriptor.Fields().Len(); i++ {
		f := descriptor.Fields().Get(i)
		described := field{Name: string(f.Name()), Number: int(f.Number()), Type: typeOf(f), Label: f.Cardinality().String()}
		if f.IsMap() {
			described.Type = fmt.Sprintf("map<%s, %s>", typeOf(f.MapKey()), typeOf(f.MapValue()))
			described.Label = "map"
		}
		if oneof := f.ContainingOneof(); oneof != nil {
			name := string(oneof.Name())
			described.Oneof = &name
		}
		fields = append(fields, described)
	}
	sort.Slice(fields, func(a, b int) bool { return fields[a].Number < fields[b].Number })
	return fields
}

// enumsOf gives the enumerations that fields of the messages have as their types.
func enumsOf(reached map[protoreflect.FullName]protoreflect.MessageDescriptor) []enum {
	found := map[protoreflect.FullName]protoreflect.EnumDescriptor{}
	for _, descriptor := range reached {
		for i := 0; i < descriptor.Fields().Len(); i++ {
			if e := descriptor.Fields().Get(i).Enum(); e != nil {
				found[e.FullName()] = e
			}
		}
	}
	enums := []enum{}
	for _, e := range found {
		described := enum{Name: string(e.FullName()), Values: []enumValue{}}
		for i := 0; i < e.Values().Len(); i++ {
			v := e.Values().Get(i)
			described.Values = append(described.Values, enumValue{Name: string(v.Name()), Number: int(v.Number())})
		}
		sort.Slice(described.Values, func(a, b int) bool { return described.Values[a].Number < described.Values[b].Number })
		enums = append(enums, described)
	}
	sort.Slice(enums, func(a, b int) bool { return enums[a].Name < enums[b].Name })
	return enums
}

func typeOf(f protoreflect.FieldDescriptor) string {
	switch {
	case f.Message() != nil:
		return string(f.Message().FullName())
	case f.Enum() != nil:
		return string(f.Enum().FullName())
	default:
		return f.Kind().String()
	}
}
