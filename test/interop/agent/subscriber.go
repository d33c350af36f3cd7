package main

import pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"

// subscriber is one open stream.
type subscriber struct {
	events chan *pb.ConfigEvent
	// What the stream is to end with; nil is a clean end.
	end  chan error
	last uint64
}

// send drops the event when there is no room, and nobody learns of it, as in the original: noticing is up to the consumer.
func (s *subscriber) send(event *pb.ConfigEvent) {
	select {
	case s.events <- event:
	default:
	}
}

// subscribe begins with a snapshot.
func (c *config) subscribe() *subscriber {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &subscriber{events: make(chan *pb.ConfigEvent, 100), end: make(chan error, 1), last: c.sequence}
	s.send(c.snapshotEvent())
	c.open[s] = struct{}{}
	return s
}

func (c *config) unsubscribe(s *subscriber) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, s)
}

func (c *config) subscribers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// endAll ends every open stream and returns how many there were.
func (c *config) endAll(with error) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	count := len(c.open)
	for s := range c.open {
		s.end <- with
		delete(c.open, s)
	}
	return count
}
