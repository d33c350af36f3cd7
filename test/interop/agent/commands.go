package main

import (
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// command is what the test asks for. Which fields count depends on the operation.
type command struct {
	ID     int             `json:"id"`
	Op     string          `json:"op"`
	Source string          `json:"source"`
	Key    string          `json:"key"`
	Value  json.RawMessage `json:"value"`
	// Number of things, or code of a refusal.
	Count int `json:"count"`
	// Size of each thing, or of all of them.
	Bytes int  `json:"bytes"`
	Ms    int  `json:"ms"`
	On    bool `json:"on"`
	// A command's path and arguments.
	Path      []string          `json:"path"`
	Arguments map[string]string `json:"arguments"`
}

// judge carries out commands.
type judge struct {
	config   *config
	sessions *registry
	host     *host
	clients  *clients
	seen     *report
	reports  *reports
}

func (j *judge) obey(c command) (any, error) {
	switch c.Op {
	case "set":
		value, err := valueOf(c.Value)
		if err != nil {
			return nil, err
		}
		return nil, j.config.set(c.Source, c.Key, value)
	case "unset":
		return nil, j.config.unset(c.Source, c.Key)
	case "lose":
		j.config.loseNext(c.Count)
		return nil, nil
	case "bulk":
		return j.config.bulk(c.Source, c.Key, c.Count, c.Bytes)
	case "state":
		return j.config.state(), nil
	case "session":
		return j.sessions.register(), nil
	case "ask":
		return j.clients.ask(c.Key, c.Path, c.Arguments)
	case "evict":
		return j.sessions.evictAll(), nil
	case "end":
		return j.config.endAll(endOf(codes.Code(c.Count))), nil
	case "goaway":
		return nil, j.host.goAway(time.Duration(c.Ms) * time.Millisecond)
	case "silence":
		return j.host.silence(c.On), nil
	case "reported":
		return j.reports.snapshot(), nil
	case "report":
		return j.seen.snapshot(j.config.subscribers()), nil
	default:
		return nil, fmt.Errorf("unknown operation %q", c.Op)
	}
}

func valueOf(text json.RawMessage) (*structpb.Value, error) {
	value := new(structpb.Value)
	if err := value.UnmarshalJSON(text); err != nil {
		return nil, fmt.Errorf("the value is no JSON: %w", err)
	}
	return value, nil
}

// endOf is what a stream ends with; a code of 0 is a clean end.
func endOf(code codes.Code) error {
	if code == codes.OK {
		return nil
	}
	return status.Error(code, "ended by the test")
}
