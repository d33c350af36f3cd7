//go:build nodetreemodel

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/DataDog/datadog-agent/pkg/config/model"
	"github.com/DataDog/datadog-agent/pkg/config/nodetreemodel"
	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/protobuf/types/known/structpb"
)

// modelDefaults are the settings of the published configuration, one or more of each declared type.
var modelDefaults = map[string]any{
	"log_level": "info", "tags": []string{}, "apm.enabled": false, "apm.port": 8126, "apm.timeout": 5 * time.Second,
	"logs.ratio": 0.5, "logs.paths": []string{"/var/log"}, "logs.labels": map[string]string{}, "logs.text": "",
	"net.routes": map[string][]string{}, "net.peers": []any{}, "net.depth": 3,
}

// layers are a configuration of the published module.
type layers struct {
	model.BuildableConfig
	// An unset is told as a plain update of what wins then, though the module would name the cleared source.
	plainUnsets bool
	// What the change that is being carried out is told as.
	told []*pb.ConfigUpdate
}

func newLayers(o options) *layers {
	l := &layers{BuildableConfig: nodetreemodel.NewNodeTreeConfig("judge", "DD_JUDGE", strings.NewReplacer(".", "_"))}
	l.plainUnsets = o.plainUnsets
	for key, value := range modelDefaults {
		l.BindEnvAndSetDefault(key, value)
	}
	l.BuildSchema()
	// The callback has gained a parameter over the versions.
	typ := reflect.TypeFor[model.NotificationReceiver]()
	receiver := reflect.MakeFunc(typ, func(given []reflect.Value) []reflect.Value {
		l.changed(given)
		return nil
	})
	l.OnUpdate(receiver.Interface().(model.NotificationReceiver))
	return l
}

func (l *layers) changed(given []reflect.Value) {
	setting := &pb.ConfigSetting{Key: given[0].String(), Source: given[1].String(), Value: wireOf(given[3].Interface())}
	if !l.plainUnsets && len(given) > 5 {
		setting.UnsetSource = given[5].String()
		if setting.UnsetSource != "" && model.Source(setting.Source) == model.SourceUnknown {
			setting.Source = ""
		}
	}
	l.told = append(l.told, &pb.ConfigUpdate{SequenceId: int32(given[4].Uint()), Setting: setting})
}

// The producer passes values through JSON.
func wireOf(value any) *structpb.Value {
	text, err := json.Marshal(value)
	if err == nil {
		wire := new(structpb.Value)
		if err = wire.UnmarshalJSON(text); err == nil {
			return wire
		}
	}
	panic(fmt.Sprintf("a value of type %T cannot be streamed: %v", value, err))
}

func (c *config) set(source, key string, value *structpb.Value) error {
	return c.change(func() { c.layers.Set(key, value.AsInterface(), model.Source(source)) })
}

func (c *config) unset(source, key string) error {
	return c.change(func() { c.layers.UnsetForSource(key, model.Source(source)) })
}

// change carries out one change and tells what the module's callback was told.
func (c *config) change(carryOut func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.layers.told = nil
	carryOut()
	for _, update := range c.layers.told {
		c.tell(update.Setting)
		if int32(c.sequence) != update.SequenceId {
			return fmt.Errorf("the module is at sequence id %d, the stream at %d", update.SequenceId, c.sequence)
		}
	}
	return nil
}

func (c *config) winner(key string) (*structpb.Value, string) {
	return wireOf(c.layers.Get(key)), c.layers.GetSource(key).String()
}

func (c *config) keys() map[string]struct{} {
	flat, _ := c.layers.AllFlattenedSettingsWithSequenceID()
	keys := map[string]struct{}{}
	for key := range flat {
		keys[key] = struct{}{}
	}
	return keys
}

func (c *config) bulk(string, string, int, int) (int, error) {
	return 0, errors.New("the published configuration knows only declared settings")
}
