package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
)

const askTimeout = 10 * time.Second

// client is a remote agent as it registered last.
type client struct {
	session  string
	uri      string
	services []string
}

// clients calls the remote agents that registered, as the registry of the original does.
type clients struct {
	credentials *credentials
	sessions    *registry
}

// ask puts one question to the remote agent that registered last: `what` is status, telemetry, flare, list or run.
func (c *clients) ask(what string, path []string, arguments map[string]string) (any, error) {
	last, err := c.sessions.lastClient()
	if err != nil {
		return nil, err
	}
	connection, err := c.dial(last.uri)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+c.credentials.token)

	var header metadata.MD
	answer, err := put(ctx, connection, what, path, arguments, &header)
	if err != nil {
		return nil, err
	}
	if given := header.Get("session_id"); len(given) != 1 || given[0] != last.session {
		return nil, fmt.Errorf("the answer does not carry the session, but %d others", len(given))
	}
	return answer, nil
}

func put(ctx context.Context, connection *grpc.ClientConn, what string, path []string, arguments map[string]string, header *metadata.MD) (any, error) {
	seen := grpc.Header(header)
	switch what {
	case "status":
		answer, err := pb.NewStatusProviderClient(connection).GetStatusDetails(ctx, &pb.GetStatusDetailsRequest{}, seen)
		if err != nil {
			return nil, err
		}
		sections := map[string]map[string]string{"": answer.GetMainSection().GetFields()}
		for title, section := range answer.GetNamedSections() {
			sections[title] = section.GetFields()
		}
		return sections, nil
	case "telemetry":
		answer, err := pb.NewTelemetryProviderClient(connection).GetTelemetry(ctx, &pb.GetTelemetryRequest{}, seen)
		return answer.GetPromText(), err
	case "flare":
		answer, err := pb.NewFlareProviderClient(connection).GetFlareFiles(ctx, &pb.GetFlareFilesRequest{}, seen)
		if err != nil {
			return nil, err
		}
		files := map[string]string{}
		for name, content := range answer.GetFiles() {
			files[name] = string(content)
		}
		return files, nil
	case "list":
		answer, err := pb.NewRemoteCommandProviderClient(connection).ListCommands(ctx, &pb.ListCommandsRequest{}, seen)
		if err != nil {
			return nil, err
		}
		commands := []string{}
		for _, provider := range answer.GetProviders() {
			for _, command := range provider.GetCommands() {
				commands = append(commands, provider.GetName()+" "+command.GetName())
			}
		}
		return commands, nil
	case "run":
		return execute(ctx, connection, path, arguments, header)
	default:
		return nil, fmt.Errorf("unknown question %q", what)
	}
}

func execute(ctx context.Context, connection *grpc.ClientConn, path []string, arguments map[string]string, header *metadata.MD) (any, error) {
	fields := map[string]any{}
	for name, value := range arguments {
		fields[name] = value
	}
	given, err := structpb.NewStruct(fields)
	if err != nil {
		return nil, err
	}
	stream, err := pb.NewRemoteCommandProviderClient(connection).ExecuteCommand(ctx, &pb.ExecuteCommandRequest{CommandPath: path, Arguments: given})
	if err != nil {
		return nil, err
	}
	var stdout, stderr strings.Builder
	var code *int32
	for {
		frame, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch part := frame.GetFrame().(type) {
		case *pb.ExecuteCommandResponse_Stdout:
			stdout.WriteString(part.Stdout)
		case *pb.ExecuteCommandResponse_Stderr:
			stderr.WriteString(part.Stderr)
		case *pb.ExecuteCommandResponse_ExitCode:
			code = &part.ExitCode
		}
	}
	if *header, err = stream.Header(); err != nil {
		return nil, err
	}
	if code == nil {
		return nil, errors.New("the command ended without an exit code")
	}
	return map[string]any{"code": *code, "stdout": stdout.String(), "stderr": stderr.String()}, nil
}

func (c *clients) dial(uri string) (*grpc.ClientConn, error) {
	config := &tls.Config{
		RootCAs:      c.credentials.pool,
		Certificates: []tls.Certificate{c.credentials.certificate},
		MinVersion:   tls.VersionTLS12,
	}
	var target string
	switch {
	case strings.HasPrefix(uri, "https://"):
		target = "dns:///" + strings.TrimPrefix(uri, "https://")
	case strings.HasPrefix(uri, "unix:///"):
		target, config.ServerName = uri, "localhost"
	default:
		return nil, fmt.Errorf("the address %q has an unknown scheme", uri)
	}
	return grpc.NewClient(target, grpc.WithTransportCredentials(grpccredentials.NewTLS(config)))
}
