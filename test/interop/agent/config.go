package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
)

const (
	origin        = "datadog.yaml"
	sourceDefault = "default"
)

// config holds the settings, gives each change its sequence id, and tells the subscribers. What a change is and does is the
// business of its layers: this program's own (layers.go), or, with the tag nodetreemodel, those of a published version.
type config struct {
	mu       sync.Mutex
	layers   *layers
	sequence uint64
	open     map[*subscriber]struct{}
	// Changes that nobody is told of, as when the queue of changes overflows.
	toLose int
}

func newConfig(o options) *config {
	return &config{layers: newLayers(o), open: map[*subscriber]struct{}{}}
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
