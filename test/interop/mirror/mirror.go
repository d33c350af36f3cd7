package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/DataDog/datadog-agent/pkg/config/model"
	"github.com/DataDog/datadog-agent/pkg/config/nodetreemodel"
	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
)

// setting is a declared key.
type setting struct {
	Key     string `json:"key"`
	Default any    `json:"default"`
}

// mirror is a configuration that is filled by the stream, as the consumer of the original fills its own: entries of snapshots each go into
// the layer that they name, a layer that a snapshot claims no more is cleared, and an update that names a cleared source first
// brings what the key falls back to.
type mirror struct {
	mu       sync.Mutex
	config   model.BuildableConfig
	streamed map[string]map[model.Source]struct{}
	sequence int32
	entries  int
}

func newMirror(declared []setting) *mirror {
	m := &mirror{config: nodetreemodel.NewNodeTreeConfig("mirror", "DD_MIRROR", strings.NewReplacer(".", "_")), sequence: -1}
	for _, each := range declared {
		m.config.SetDefault(each.Key, each.Default)
	}
	m.config.BuildSchema()
	m.streamed = map[string]map[model.Source]struct{}{}
	return m
}

func (m *mirror) take(event *pb.ConfigEvent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if snapshot := event.GetSnapshot(); snapshot != nil {
		if snapshot.SequenceId > m.sequence {
			m.snapshot(snapshot)
		}
		return nil
	}
	update := event.GetUpdate()
	if update.GetSetting() == nil || update.SequenceId != m.sequence+1 {
		return fmt.Errorf("an update of sequence id %d came after %d", update.GetSequenceId(), m.sequence)
	}
	m.update(update.Setting)
	m.sequence = update.SequenceId
	return nil
}

func (m *mirror) snapshot(snapshot *pb.ConfigSnapshot) {
	before := m.streamed
	m.streamed = map[string]map[model.Source]struct{}{}
	settings := make([]model.DirectSetting, 0, len(snapshot.Settings))
	for _, each := range snapshot.Settings {
		settings = append(settings, m.claimed(each))
	}
	m.config.DirectBulkSet(settings, m.sequence >= 0)
	for key, sources := range before {
		for source := range sources {
			if _, still := m.streamed[key][source]; !still {
				m.config.UnsetForSource(key, source)
			}
		}
	}
	m.sequence = snapshot.SequenceId
	m.entries = len(settings)
}

func (m *mirror) update(setting *pb.ConfigSetting) {
	if setting.UnsetSource == "" {
		claimed := m.claimed(setting)
		m.config.Set(claimed.Key, claimed.Value, claimed.Source)
		return
	}
	if setting.Source != "" {
		m.config.DirectBulkSet([]model.DirectSetting{m.claimed(setting)}, false)
	}
	m.config.UnsetForSource(setting.Key, model.Source(setting.UnsetSource))
	delete(m.streamed[setting.Key], model.Source(setting.UnsetSource))
}

// claimed notes that the stream has put a key into a layer.
func (m *mirror) claimed(setting *pb.ConfigSetting) model.DirectSetting {
	source := model.Source(setting.Source)
	if m.streamed[setting.Key] == nil {
		m.streamed[setting.Key] = map[model.Source]struct{}{}
	}
	m.streamed[setting.Key][source] = struct{}{}
	return model.DirectSetting{Key: setting.Key, Value: setting.Value.AsInterface(), Source: source}
}

// state is what a reader of this process sees, with the layers that the stream has filled.
func (m *mirror) state() any {
	m.mu.Lock()
	defer m.mu.Unlock()
	settings := map[string]any{}
	for key, sources := range m.streamed {
		if len(sources) == 0 {
			continue
		}
		layers := map[string]json.RawMessage{}
		for _, each := range m.config.GetAllSources(key) {
			if _, streamed := sources[each.Source]; streamed {
				layers[each.Source.String()] = wireOf(each.Value)
			}
		}
		settings[key] = map[string]any{"value": wireOf(m.config.Get(key)), "source": m.config.GetSource(key), "layers": layers}
	}
	return map[string]any{"sequenceId": m.sequence, "entries": m.entries, "settings": settings}
}

func wireOf(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage(`"cannot be streamed"`)
	}
	return text
}
