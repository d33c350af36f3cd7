package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"time"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	// The agent's limit; grpc-go's own is 4 MiB.
	maxMessageBytes = 128 << 20
	pause           = 300 * time.Millisecond
	gapPatience     = 2 * time.Second
)

type place struct {
	address   string
	tokenFile string
	certFile  string
}

func placeOf(env func(string) string) place {
	return place{
		address:   env("DD_CMD_HOST") + ":" + env("DD_CMD_PORT"),
		tokenFile: env("DD_AUTH_TOKEN_FILE_PATH"),
		certFile:  env("DD_IPC_CERT_FILE_PATH"),
	}
}

// registry is what both services that register remote agents have.
type registry interface {
	RegisterRemoteAgent(context.Context, *pb.RegisterRemoteAgentRequest, ...grpc.CallOption) (*pb.RegisterRemoteAgentResponse, error)
	RefreshRemoteAgent(context.Context, *pb.RefreshRemoteAgentRequest, ...grpc.CallOption) (*pb.RefreshRemoteAgentResponse, error)
}

type session struct {
	id       string
	interval time.Duration
}

// live follows the core agent for as long as the process lives: one stream after the other, with a session until it is refused.
func live(known *state, at place) {
	var current *session
	for ; ; time.Sleep(pause) {
		if err := visit(known, at, &current); isLost(err) {
			current = nil
		}
	}
}

func isLost(err error) bool {
	switch status.Code(err) {
	case codes.NotFound, codes.PermissionDenied, codes.Unauthenticated:
		return true
	default:
		return false
	}
}

// visit is one connection, until its stream ends.
func visit(known *state, at place, current **session) error {
	connection, token, err := connect(at)
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	registries := []registry{pb.NewRemoteAgentClient(connection), pb.NewAgentSecureClient(connection)}
	if *current == nil {
		if *current, err = register(ctx, registries); err != nil {
			return err
		}
	}
	go keep(ctx, registries, **current, cancel)
	err = follow(ctx, cancel, pb.NewAgentSecureClient(connection), known, (*current).id)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func connect(at place) (*grpc.ClientConn, string, error) {
	token, err := os.ReadFile(at.tokenFile)
	if err != nil {
		return nil, "", err
	}
	pem, err := os.ReadFile(at.certFile)
	if err != nil {
		return nil, "", err
	}
	pair, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		return nil, "", err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	connection, err := grpc.NewClient(
		at.address,
		grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes)),
	)
	return connection, strings.TrimSpace(string(token)), err
}

// register asks the newer service first.
func register(ctx context.Context, registries []registry) (*session, error) {
	request := &pb.RegisterRemoteAgentRequest{
		Pid:            fmt.Sprint(os.Getpid()),
		Flavor:         "interop",
		DisplayName:    "interop",
		ApiEndpointUri: "https://interop/judged",
	}
	var last error
	for _, each := range registries {
		answer, err := each.RegisterRemoteAgent(ctx, request)
		if err == nil {
			seconds := max(1, answer.GetRecommendedRefreshIntervalSecs())
			return &session{answer.GetSessionId(), time.Duration(seconds) * time.Second}, nil
		}
		if last = err; status.Code(err) != codes.Unimplemented {
			break
		}
	}
	return nil, last
}

// keep refreshes the session; when it is unknown, that is the end of the stream.
func keep(ctx context.Context, registries []registry, current session, lost context.CancelCauseFunc) {
	for tick := time.NewTicker(current.interval); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		for _, each := range registries {
			_, err := each.RefreshRemoteAgent(ctx, &pb.RefreshRemoteAgentRequest{SessionId: current.id})
			if status.Code(err) == codes.NotFound {
				lost(err)
			}
			if status.Code(err) != codes.Unimplemented {
				break
			}
		}
	}
}

// follow takes what one stream says. After a gap, or an update that may have lost, a snapshot is needed.
func follow(ctx context.Context, cancel context.CancelCauseFunc, agent pb.AgentSecureClient, known *state, id string) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "session_id", id)
	stream, err := agent.StreamConfigEvents(ctx, &pb.ConfigStreamRequest{Name: "interop"})
	if err != nil {
		return err
	}
	known.begin()
	var patience *time.Timer
	for {
		event, err := stream.Recv()
		if err != nil {
			return err
		}
		switch known.take(event) {
		case ambiguous:
			return nil
		case gap:
			if patience == nil {
				patience = time.AfterFunc(gapPatience, func() { cancel(fmt.Errorf("no snapshot after a gap")) })
			}
		case applied:
			if patience != nil {
				patience.Stop()
				patience = nil
			}
		}
	}
}
