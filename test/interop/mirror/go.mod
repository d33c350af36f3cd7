module configstream-consumer/test/interop/consumer

go 1.26.0

require (
	github.com/DataDog/datadog-agent/pkg/proto v0.85.4
	google.golang.org/grpc v1.84.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/DataDog/agent-payload/v5 v5.0.213 // indirect
	github.com/DataDog/datadog-agent/pkg/config/basic v0.85.4 // indirect
	github.com/DataDog/datadog-agent/pkg/util/defaultpaths v0.85.4 // indirect
	github.com/DataDog/datadog-agent/pkg/util/executable v0.85.4 // indirect
	github.com/DataDog/datadog-agent/pkg/util/log v0.85.4 // indirect
	github.com/DataDog/datadog-agent/pkg/util/scrubber v0.85.4 // indirect
	github.com/DataDog/datadog-agent/pkg/version v0.85.4 // indirect
	github.com/mohae/deepcopy v0.0.0-20170929034955-c48cc78d4826 // indirect
	github.com/philhofer/fwd v1.2.0 // indirect
	github.com/tinylib/msgp v1.6.4 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/time v0.15.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260819154853-08b0e4226688 // indirect
)

// The agent builds its configuration reader against this fork.
replace github.com/spf13/cast => github.com/DataDog/cast v1.8.0

require (
	github.com/DataDog/datadog-agent/pkg/config/model v0.85.4
	github.com/DataDog/datadog-agent/pkg/config/nodetreemodel v0.85.4
	github.com/spf13/cast v1.10.0
)
