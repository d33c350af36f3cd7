package main

import (
	"context"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// services are the gRPC services that a consumer calls.
type services struct {
	options  options
	config   *config
	sessions *registry
	seen     *report
	reports  *reports
}

func newServices(o options, c *config, r *registry, seen *report) *services {
	return &services{options: o, config: c, sessions: r, seen: seen, reports: newReports(o.reports, r)}
}

func (s *services) addTo(server *grpc.Server) {
	pb.RegisterAgentSecureServer(server, &agentSecure{services: s})
	if s.options.services == "both" {
		pb.RegisterRemoteAgentServer(server, &remoteAgent{services: s})
	}
}

func (s *services) register(service string, request *pb.RegisterRemoteAgentRequest) *pb.RegisterRemoteAgentResponse {
	s.seen.registered(service, request)
	return &pb.RegisterRemoteAgentResponse{
		SessionId:                      s.sessions.admit(request.GetApiEndpointUri(), request.GetServices()),
		RecommendedRefreshIntervalSecs: uint32(s.options.refreshSecs),
	}
}

func (s *services) refresh(service, session string) (*pb.RefreshRemoteAgentResponse, error) {
	s.seen.refreshed(service)
	if !s.sessions.refresh(session) {
		return nil, status.Error(codes.NotFound, "no remote agent has this session")
	}
	return &pb.RefreshRemoteAgentResponse{}, nil
}

// remoteAgent is the registration service of newer core agents.
type remoteAgent struct {
	pb.UnimplementedRemoteAgentServer
	services *services
}

func (r *remoteAgent) RegisterRemoteAgent(_ context.Context, request *pb.RegisterRemoteAgentRequest) (*pb.RegisterRemoteAgentResponse, error) {
	return r.services.register("RemoteAgent", request), nil
}

func (r *remoteAgent) RefreshRemoteAgent(_ context.Context, request *pb.RefreshRemoteAgentRequest) (*pb.RefreshRemoteAgentResponse, error) {
	return r.services.refresh("RemoteAgent", request.GetSessionId())
}

// agentSecure is the service that all core agents have.
type agentSecure struct {
	pb.UnimplementedAgentSecureServer
	services *services
}

func (a *agentSecure) RegisterRemoteAgent(_ context.Context, request *pb.RegisterRemoteAgentRequest) (*pb.RegisterRemoteAgentResponse, error) {
	return a.services.register("AgentSecure", request), nil
}

func (a *agentSecure) RefreshRemoteAgent(_ context.Context, request *pb.RefreshRemoteAgentRequest) (*pb.RefreshRemoteAgentResponse, error) {
	return a.services.refresh("AgentSecure", request.GetSessionId())
}

func (a *agentSecure) StreamConfigEvents(request *pb.ConfigStreamRequest, stream pb.AgentSecure_StreamConfigEventsServer) error {
	s := a.services
	if err := s.checkSession(stream.Context()); err != nil {
		return err
	}
	subscriber := s.config.subscribe()
	s.seen.streamOpened(request.GetName())
	defer s.seen.streamEnded()
	defer s.config.unsubscribe(subscriber)
	for {
		select {
		case <-stream.Context().Done():
			return stream.Context().Err()
		case with := <-subscriber.end:
			return with
		case event := <-subscriber.events:
			if err := stream.Send(event); err != nil {
				return err
			}
		}
	}
}

func (s *services) checkSession(ctx context.Context) error {
	md, _ := metadata.FromIncomingContext(ctx)
	sessions := md.Get("session_id")
	if len(sessions) == 0 || sessions[0] == "" {
		return status.Error(codes.Unauthenticated, "the metadata holds no session_id")
	}
	if !s.sessions.refresh(sessions[0]) {
		return status.Error(codes.PermissionDenied, "the session is not known")
	}
	return nil
}

// authorize lets a call pass that bears the token.
func authorize(ctx context.Context, token string) error {
	md, _ := metadata.FromIncomingContext(ctx)
	given := md.Get("authorization")
	if len(given) != 1 || given[0] != "Bearer "+token {
		return status.Error(codes.Unauthenticated, "invalid session token")
	}
	return nil
}

// interceptors check the token before anything else, and note what was refused.
func interceptors(token string, seen *report) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.UnaryInterceptor(func(ctx context.Context, request any, call *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			seen.called(ctx, call.FullMethod)
			err := authorize(ctx, token)
			var response any
			if err == nil {
				response, err = handle(ctx, request)
			}
			seen.refused(err)
			return response, err
		}),
		grpc.StreamInterceptor(func(service any, stream grpc.ServerStream, call *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
			seen.called(stream.Context(), call.FullMethod)
			err := authorize(stream.Context(), token)
			if err == nil {
				err = handle(service, stream)
			}
			seen.refused(err)
			return err
		}),
	}
}
