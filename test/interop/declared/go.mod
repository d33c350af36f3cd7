module configstream-consumer/test/interop/declared

go 1.26.0

replace github.com/spf13/cast => github.com/DataDog/cast v1.8.0

require (
	github.com/DataDog/datadog-agent/pkg/config/model v0.85.0
	github.com/DataDog/datadog-agent/pkg/config/nodetreemodel v0.85.0
	github.com/spf13/cast v1.10.0
)

require (
	github.com/DataDog/datadog-agent/pkg/config/basic v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/template v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/util/defaultpaths v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/util/executable v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/util/log v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/util/scrubber v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/util/winutil v0.85.0 // indirect
	github.com/DataDog/datadog-agent/pkg/version v0.85.0 // indirect
	github.com/mohae/deepcopy v0.0.0-20170929034955-c48cc78d4826 // indirect
	go.uber.org/atomic v1.12.0 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)
