package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// registry gives out sessions and forgets those that are idle.
type registry struct {
	mu       sync.Mutex
	lastSeen map[string]time.Time
	// The remote agent that registered last.
	last *client
}

func newRegistry(idleLimit time.Duration) *registry {
	r := &registry{lastSeen: map[string]time.Time{}}
	go r.reap(idleLimit)
	return r
}

// lastClient gives the remote agent that registered last, if its session is known.
func (r *registry) lastClient() (*client, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		return nil, errors.New("no remote agent has registered")
	}
	if _, known := r.lastSeen[r.last.session]; !known {
		return nil, errors.New("the session of the remote agent that registered last is gone")
	}
	return r.last, nil
}

// admit registers a remote agent that can be called back.
func (r *registry) admit(uri string, services []string) string {
	session := r.register()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = &client{session: session, uri: uri, services: services}
	return session
}

func (r *registry) register() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var id [16]byte
	// It never fails; where there is no randomness the program ends.
	_, _ = rand.Read(id[:])
	session := fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	r.lastSeen[session] = time.Now()
	return session
}

// refresh tells whether the session is known.
func (r *registry) refresh(session string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.lastSeen[session]
	if known {
		r.lastSeen[session] = time.Now()
	}
	return known
}

// has tells whether the session is known, without counting as activity.
func (r *registry) has(session string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.lastSeen[session]
	return known
}

// evictAll forgets every session and returns how many there were. Open streams stay open, as in the original.
func (r *registry) evictAll() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := len(r.lastSeen)
	clear(r.lastSeen)
	return count
}

func (r *registry) reap(idleLimit time.Duration) {
	for range time.Tick(time.Second) {
		r.mu.Lock()
		for session, seen := range r.lastSeen {
			if time.Since(seen) > idleLimit {
				delete(r.lastSeen, session)
			}
		}
		r.mu.Unlock()
	}
}
