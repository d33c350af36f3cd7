package main

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// report is what the agent saw of its consumers. It holds no token and no session.
type report struct {
	mu sync.Mutex
	r  sights
	// When the last stream ended.
	endedAt time.Time
}

type sights struct {
	Connections   int            `json:"connections"`
	Registrations []registration `json:"registrations"`
	// Refreshes by service.
	Refreshes     map[string]int `json:"refreshes"`
	StreamsOpened int            `json:"streamsOpened"`
	StreamsOpen   int            `json:"streamsOpen"`
	StreamNames   []string       `json:"streamNames"`
	// Time from the end of a stream to the opening of the next one, in ms.
	ReopenedAfterMs []float64 `json:"reopenedAfterMs"`
	// Names of the metadata of each method's last call.
	Metadata map[string][]string `json:"metadata"`
	// Calls that ended with a code other than OK, by its name.
	Refusals map[string]int `json:"refusals"`
	// What the HTTP/2 stack read and wrote; counted when GODEBUG has http2debug=2.
	Requests map[string]int `json:"requests"`
	Pings    int            `json:"pings"`
	GoAways  []string       `json:"goAways"`
}

type registration struct {
	Service     string   `json:"service"`
	Pid         string   `json:"pid"`
	Flavor      string   `json:"flavor"`
	DisplayName string   `json:"displayName"`
	URI         string   `json:"uri"`
	Services    []string `json:"services"`
}

func newReport() *report {
	return &report{r: sights{
		Registrations:   []registration{},
		Refreshes:       map[string]int{},
		StreamNames:     []string{},
		ReopenedAfterMs: []float64{},
		Metadata:        map[string][]string{},
		Refusals:        map[string]int{},
		Requests:        map[string]int{},
		GoAways:         []string{},
	}}
}

func (r *report) note(change func(*sights)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.r)
}

func (r *report) snapshot(open int) sights {
	r.mu.Lock()
	defer r.mu.Unlock()
	// Slices are only appended to, so a copy of their headers is enough.
	copied := r.r
	copied.StreamsOpen = open
	copied.Refreshes = maps.Clone(r.r.Refreshes)
	copied.Metadata = maps.Clone(r.r.Metadata)
	copied.Refusals = maps.Clone(r.r.Refusals)
	copied.Requests = maps.Clone(r.r.Requests)
	return copied
}

func (r *report) registered(service string, request *pb.RegisterRemoteAgentRequest) {
	r.note(func(s *sights) {
		s.Registrations = append(s.Registrations, registration{
			Service:     service,
			Pid:         request.GetPid(),
			Flavor:      request.GetFlavor(),
			DisplayName: request.GetDisplayName(),
			URI:         request.GetApiEndpointUri(),
			Services:    append([]string{}, request.GetServices()...),
		})
	})
}

func (r *report) refreshed(service string) {
	r.note(func(s *sights) { s.Refreshes[service]++ })
}

func (r *report) streamOpened(name string) {
	r.note(func(s *sights) {
		s.StreamsOpened++
		s.StreamNames = append(s.StreamNames, name)
		if !r.endedAt.IsZero() {
			s.ReopenedAfterMs = append(s.ReopenedAfterMs, float64(time.Since(r.endedAt).Microseconds())/1000)
		}
	})
}

func (r *report) streamEnded() {
	r.note(func(*sights) { r.endedAt = time.Now() })
}

func (r *report) called(ctx context.Context, method string) {
	md, _ := metadata.FromIncomingContext(ctx)
	names := slices.Sorted(maps.Keys(md))
	r.note(func(s *sights) { s.Metadata[method] = names })
}

func (r *report) refused(err error) {
	if err != nil {
		r.note(func(s *sights) { s.Refusals[status.Code(err).String()]++ })
	}
}
