package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/emptypb"
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

// What the agent takes.
const (
	reportsIssues = "issues"
	reportsEvents = "events"
	reportsNone   = "none"
)

// reports are what remote agents have reported: the issues that are open, as the generated code of agent-payload decodes them, and
// all events. A session is checked as the original does: that of an issue counts as a refresh, and may be empty.
type reports struct {
	takes    string
	sessions *registry

	mu     sync.Mutex
	issues map[string]json.RawMessage
	// Calls by method, refused ones included.
	calls  map[string]int
	events []string
}

func newReports(takes string, sessions *registry) *reports {
	return &reports{takes: takes, sessions: sessions, issues: map[string]json.RawMessage{}, calls: map[string]int{}, events: []string{}}
}

func (r *reports) snapshot() any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return map[string]any{"issues": maps.Clone(r.issues), "events": slices.Clone(r.events), "calls": maps.Clone(r.calls)}
}

func (r *reports) called(method string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls[method]++
}

// checkIssue says why a call about an issue is refused, if it is.
func (r *reports) checkIssue(method, session string) error {
	r.called(method)
	if r.takes != reportsIssues {
		return status.Errorf(codes.Unimplemented, "method %s not implemented", method)
	}
	if session != "" && !r.sessions.refresh(session) {
		return status.Error(codes.Unauthenticated, "invalid or expired remote agent session")
	}
	return nil
}

func (a *agentSecure) ReportHealthIssue(_ context.Context, request *pb.ReportHealthIssueRequest) (*emptypb.Empty, error) {
	r := a.services.reports
	if err := r.checkIssue("ReportHealthIssue", request.GetRemoteAgentSessionId()); err != nil {
		return nil, err
	}
	issue := request.GetIssue()
	if issue.GetId() == "" || issue.GetIssueName() == "" {
		return nil, status.Error(codes.InvalidArgument, "the issue has no id or no name")
	}
	text, err := protojson.Marshal(issue)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.issues[issue.GetId()] = text
	return &emptypb.Empty{}, nil
}

func (a *agentSecure) ResolveHealthIssue(_ context.Context, request *pb.ResolveHealthIssueRequest) (*emptypb.Empty, error) {
	r := a.services.reports
	if err := r.checkIssue("ResolveHealthIssue", request.GetRemoteAgentSessionId()); err != nil {
		return nil, err
	}
	if request.GetIssueId() == "" {
		return nil, status.Error(codes.InvalidArgument, "the issue has no id")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.issues, request.GetIssueId())
	return &emptypb.Empty{}, nil
}

func (a *remoteAgent) ReportRemoteAgentEvent(_ context.Context, request *pb.ReportRemoteAgentEventRequest) (*pb.ReportRemoteAgentEventResponse, error) {
	r := a.services.reports
	r.called("ReportRemoteAgentEvent")
	if r.takes == reportsNone {
		return nil, status.Error(codes.Unimplemented, "method ReportRemoteAgentEvent not implemented")
	}
	if !r.sessions.has(request.GetSessionId()) {
		return nil, status.Error(codes.NotFound, "no remote agent has this session")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, event := range request.GetEvents() {
		r.events = append(r.events, event.GetMessage())
	}
	return &pb.ReportRemoteAgentEventResponse{}, nil
}
