package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

const (
	origin        = "datadog.yaml"
	sourceDefault = "default"
)

// priority holds the sources from lowest to highest.
var priority = []string{
	"schema", sourceDefault, "unknown", "infra-mode", "file", "environment-variable", "fleet-policies", "config-post-init",
	"secret", "local-config-process", "agent-runtime", "remote-config", "cli",
}

// config holds the layers, gives each change its sequence id, and tells the subscribers.
type config struct {
	mu       sync.Mutex
	layers   map[string]map[string]*structpb.Value
	sequence uint64
	open     map[*subscriber]struct{}
	// Changes that nobody is told of, as when the queue of changes overflows.
	toLose int
}

func newConfig() *config {
	c := &config{layers: map[string]map[string]*structpb.Value{}, open: map[*subscriber]struct{}{}}
	for _, source := range priority {
		c.layers[source] = map[string]*structpb.Value{}
	}
	return c
}

// declareFile reads settings with their defaults. Each one counts as a change, as in the original.
func (c *config) declareFile(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var declared struct {
		Settings []struct {
			Key     string          `json:"key"`
			Default json.RawMessage `json:"default"`
		} `json:"settings"`
	}
	if err := json.Unmarshal(text, &declared); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, setting := range declared.Settings {
		value, err := valueOf(setting.Default)
		if err != nil {
			return fmt.Errorf("%s: setting %s: %w", path, setting.Key, err)
		}
		if err := c.set(sourceDefault, setting.Key, value); err != nil {
			return err
		}
	}
	return nil
}

// winner gives the value and source that a key resolves to; no source means that no layer holds it.
func (c *config) winner(key string) (*structpb.Value, string) {
	for _, source := range slices.Backward(priority) {
		if value, ok := c.layers[source][key]; ok {
			return value, source
		}
	}
	return nil, ""
}

// set gives a key a value in one layer. Only a change of the winning value is told.
func (c *config) set(source, key string, value *structpb.Value) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	layer, ok := c.layers[source]
	if !ok {
		return fmt.Errorf("unknown source %q", source)
	}
	key = strings.ToLower(key)
	before, _ := c.winner(key)
	layer[key] = value
	after, winning := c.winner(key)
	if before != nil && proto.Equal(before, after) {
		return nil
	}
	c.tell(&pb.ConfigSetting{Source: winning, Key: key, Value: after})
	return nil
}

// unset clears a key in one layer. Only a change of the winning value is told.
func (c *config) unset(source, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	key = strings.ToLower(key)
	if _, ok := c.layers[source][key]; !ok {
		return fmt.Errorf("the layer %q does not hold %s", source, key)
	}
	before, winning := c.winner(key)
	delete(c.layers[source], key)
	if winning != source {
		return nil
	}
	after, fallback := c.winner(key)
	if after == nil {
		after = structpb.NewNullValue()
	} else if proto.Equal(before, after) {
		return nil
	}
	c.tell(&pb.ConfigSetting{Source: fallback, Key: key, Value: after, UnsetSource: source})
	return nil
}

// tell gives a change its sequence id and sends it to all subscribers.
func (c *config) tell(setting *pb.ConfigSetting) {
	c.sequence++
	if c.toLose > 0 {
		c.toLose--
		return
	}
	update := &pb.ConfigUpdate{Origin: origin, SequenceId: int32(c.sequence), Setting: setting}
	event := &pb.ConfigEvent{Event: &pb.ConfigEvent_Update{Update: update}}
	for s := range c.open {
		if c.sequence == s.last+1 {
			s.send(event)
		} else {
			s.send(c.snapshotEvent())
		}
		s.last = c.sequence
	}
}

// bulk adds many settings as one step, of which subscribers are told by a snapshot. It returns that snapshot's size.
func (c *config) bulk(source, prefix string, count, bytes int) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	layer, ok := c.layers[source]
	if !ok {
		return 0, fmt.Errorf("unknown source %q", source)
	}
	for i := range count {
		text := strings.Repeat(string(rune('a'+i%26)), bytes)
		layer[fmt.Sprintf("%s%d", prefix, i)] = structpb.NewStringValue(text)
	}
	c.sequence += uint64(count)
	event := c.snapshotEvent()
	for s := range c.open {
		s.send(event)
		s.last = c.sequence
	}
	return proto.Size(event), nil
}

func (c *config) loseNext(count int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.toLose = count
}

// snapshotEvent holds the winning value of every key, in no order, as a walk over a map gives it.
func (c *config) snapshotEvent() *pb.ConfigEvent {
	snapshot := &pb.ConfigSnapshot{Origin: origin, SequenceId: int32(c.sequence)}
	for key := range c.keys() {
		value, source := c.winner(key)
		snapshot.Settings = append(snapshot.Settings, &pb.ConfigSetting{Source: source, Key: key, Value: value})
	}
	return &pb.ConfigEvent{Event: &pb.ConfigEvent_Snapshot{Snapshot: snapshot}}
}

func (c *config) keys() map[string]struct{} {
	keys := map[string]struct{}{}
	for _, layer := range c.layers {
		for key := range layer {
			keys[key] = struct{}{}
		}
	}
	return keys
}

// state is what a reader must show: every key with its value and source.
func (c *config) state() any {
	c.mu.Lock()
	defer c.mu.Unlock()
	settings := map[string]any{}
	for key := range c.keys() {
		value, source := c.winner(key)
		settings[key] = map[string]any{"value": value.AsInterface(), "source": source}
	}
	return map[string]any{"sequenceId": c.sequence, "origin": origin, "settings": settings}
}
