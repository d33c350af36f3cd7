package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"strings"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

const name = "interop-go-consumer"

// core is the core agent that is followed.
type core struct {
	client pb.AgentSecureClient
	token  string
}

func connect(tokenFile, certFile, address string) (*core, error) {
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(certFile)
	if err != nil {
		return nil, err
	}
	certificate, err := tls.X509KeyPair(file, file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(file) {
		return nil, errors.New("ipc_cert.pem holds no certificate")
	}
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	connection, err := grpc.NewClient("dns:///"+address, grpc.WithTransportCredentials(grpccredentials.NewTLS(config)))
	if err != nil {
		return nil, err
	}
	return &core{client: pb.NewAgentSecureClient(connection), token: strings.TrimSpace(string(token))}, nil
}

// follow registers, opens the stream and hands on its events until it ends.
func (c *core) follow(take func(*pb.ConfigEvent) error) error {
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+c.token)
	registered, err := c.client.RegisterRemoteAgent(ctx, &pb.RegisterRemoteAgentRequest{
		Pid: "1", Flavor: name, DisplayName: name, ApiEndpointUri: "https://configstream-consumer/" + name,
	})
	if err != nil {
		return err
	}
	stream, err := c.client.StreamConfigEvents(
		metadata.AppendToOutgoingContext(ctx, "session_id", registered.SessionId), &pb.ConfigStreamRequest{Name: name})
	if err != nil {
		return err
	}
	for {
		event, err := stream.Recv()
		if err != nil {
			return err
		}
		if err := take(event); err != nil {
			return err
		}
	}
}
