package main

import (
	"fmt"
	"strings"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
)

// state is what a consumer of the contract knows, by nothing but the contract: a snapshot is the whole, an update is one key,
// what is old is dropped, and after a gap nothing counts before a snapshot.
type state struct {
	settings map[string]float64
	sequence int32
	begun    bool
}

// take gives whether the event was applied.
func (s *state) take(event *pb.ConfigEvent) (bool, error) {
	switch {
	case event.GetSnapshot() != nil:
		snapshot := event.GetSnapshot()
		if s.begun && snapshot.GetSequenceId() <= s.sequence {
			return false, nil
		}
		s.settings = map[string]float64{}
		for _, setting := range snapshot.GetSettings() {
			s.put(setting)
		}
		s.sequence, s.begun = snapshot.GetSequenceId(), true
		return true, nil
	case event.GetUpdate() != nil:
		update := event.GetUpdate()
		if !s.begun || update.GetSequenceId() != s.sequence+1 {
			return false, nil
		}
		s.put(update.GetSetting())
		s.sequence = update.GetSequenceId()
		return true, nil
	default:
		return false, fmt.Errorf("an event that is neither a snapshot nor an update")
	}
}

func (s *state) put(setting *pb.ConfigSetting) {
	key := strings.ToLower(setting.GetKey())
	if setting.GetUnsetSource() != "" && setting.GetSource() == "" {
		delete(s.settings, key)
		return
	}
	s.settings[key] = setting.GetValue().GetNumberValue()
}

// numbers gives which numbers the keys of a group hold, and how many keys it has.
func (s *state) numbers(group string) (map[float64]int, int) {
	found, keys := map[float64]int{}, 0
	for key, value := range s.settings {
		if strings.HasPrefix(key, group+".") {
			found[value]++
			keys++
		}
	}
	return found, keys
}
