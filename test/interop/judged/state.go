package main

import (
	"maps"
	"slices"
	"strings"
	"sync"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
)

type outcome int

const (
	dropped outcome = iota
	applied
	gap
	// An update that names a source below the one that wins: a set that lost, or a removal.
	ambiguous
)

// Sources by rising priority; unheard ones rank just above "unknown".
var lower = []string{"schema", "default", "unknown"}
var higher = []string{
	"infra-mode", "file", "environment-variable", "fleet-policies", "config-post-init", "secret", "local-config-process",
	"agent-runtime", "remote-config", "cli",
}

func rank(source string) int {
	if at := slices.Index(lower, source); at >= 0 {
		return at
	}
	return len(lower) + 1 + slices.Index(higher, source)
}

// layers is what is known of one setting, by source.
type layers map[string]any

// winner gives the source that wins; empty when there is none.
func (l layers) winner() string {
	if len(l) == 0 {
		return ""
	}
	return slices.MaxFunc(slices.Collect(maps.Keys(l)), func(left, right string) int { return rank(left) - rank(right) })
}

// state is what a consumer of the contract knows.
type state struct {
	lock     sync.Mutex
	keys     map[string]layers
	sequence int32
	begun    bool
	changed  func()
}

// begin forgets the sequence ids of the stream before.
func (s *state) begin() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.begun = false
}

// settings gives a copy; nil before the first snapshot.
func (s *state) settings() map[string]any {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.keys == nil {
		return nil
	}
	found := map[string]any{}
	for key, held := range s.keys {
		if len(held) > 0 {
			found[key] = held[held.winner()]
		}
	}
	return found
}

func (s *state) take(event *pb.ConfigEvent) outcome {
	result := s.apply(event)
	if result == applied {
		s.changed()
	}
	return result
}

func (s *state) apply(event *pb.ConfigEvent) outcome {
	s.lock.Lock()
	defer s.lock.Unlock()
	if snapshot := event.GetSnapshot(); snapshot != nil {
		if s.begun && snapshot.GetSequenceId() <= s.sequence {
			return dropped
		}
		s.keys = map[string]layers{}
		for _, setting := range snapshot.GetSettings() {
			s.put(setting)
		}
		s.sequence, s.begun = snapshot.GetSequenceId(), true
		return applied
	}
	update := event.GetUpdate()
	switch {
	case update == nil:
		return dropped
	case !s.begun:
		return gap
	case update.GetSequenceId() <= s.sequence:
		return dropped
	case update.GetSequenceId() > s.sequence+1 || update.GetSetting() == nil:
		return gap
	case s.mayHaveLost(update.GetSetting()):
		return ambiguous
	}
	s.put(update.GetSetting())
	s.sequence = update.GetSequenceId()
	return applied
}

func (s *state) mayHaveLost(setting *pb.ConfigSetting) bool {
	key := strings.ToLower(setting.GetKey())
	winner := s.keys[key].winner()
	return setting.GetUnsetSource() == "" && !isSection(key) && winner != "" && winner != "unknown" &&
		rank(setting.GetSource()) < rank(winner)
}

func (s *state) put(setting *pb.ConfigSetting) {
	key, source := strings.ToLower(setting.GetKey()), setting.GetSource()
	value := setting.GetValue().AsInterface()
	switch {
	case key == "":
	case isSection(key):
		for name, held := range s.keys {
			if strings.HasPrefix(name, key+".") {
				delete(held, source)
			}
		}
		if section, ok := value.(map[string]any); ok {
			s.putSection(key, section, source)
		}
	case setting.GetUnsetSource() != "" && source == "":
		delete(s.keys, key)
	default:
		s.keys[key] = layers{source: value}
	}
}

func (s *state) putSection(prefix string, section map[string]any, source string) {
	for name, value := range section {
		key := strings.ToLower(prefix + "." + name)
		if inner, ok := value.(map[string]any); ok {
			s.putSection(key, inner, source)
			continue
		}
		if s.keys[key] == nil {
			s.keys[key] = layers{}
		}
		s.keys[key][source] = value
	}
}

func isSection(key string) bool {
	return key != "" && !strings.Contains(key, ".")
}
