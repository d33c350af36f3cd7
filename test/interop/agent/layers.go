//go:build !nodetreemodel

package main

import (
	"fmt"
	"slices"
	"strings"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// priority holds the sources from lowest to highest.
var priority = []string{
	"schema", sourceDefault, "unknown", "infra-mode", "file", "environment-variable", "fleet-policies", "config-post-init",
	"secret", "local-config-process", "agent-runtime", "remote-config", "cli",
}

// layers hold what each source claims, by source and key.
type layers struct {
	held map[string]map[string]*structpb.Value
}

func newLayers(options) *layers {
	l := &layers{held: map[string]map[string]*structpb.Value{}}
	for _, source := range priority {
		l.held[source] = map[string]*structpb.Value{}
	}
	return l
}

// winner gives the value and source that a key resolves to; no source means that no layer holds it.
func (c *config) winner(key string) (*structpb.Value, string) {
	for _, source := range slices.Backward(priority) {
		if value, ok := c.layers.held[source][key]; ok {
			return value, source
		}
	}
	return nil, ""
}

// set gives a key a value in one layer. Only a change of the winning value is told.
func (c *config) set(source, key string, value *structpb.Value) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	layer, ok := c.layers.held[source]
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
	if _, ok := c.layers.held[source][key]; !ok {
		return fmt.Errorf("the layer %q does not hold %s", source, key)
	}
	before, winning := c.winner(key)
	delete(c.layers.held[source], key)
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

// bulk adds many settings as one step, of which subscribers are told by a snapshot. It returns that snapshot's size.
func (c *config) bulk(source, prefix string, count, bytes int) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	layer, ok := c.layers.held[source]
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

func (c *config) keys() map[string]struct{} {
	keys := map[string]struct{}{}
	for _, layer := range c.layers.held {
		for key := range layer {
			keys[key] = struct{}{}
		}
	}
	return keys
}
