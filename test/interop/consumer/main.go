// Command consumer is a consumer of the contract for the interop check, written on nothing but the published generated code and
// grpc-go: it knows no change sets. After each message it looks whether all keys of each group hold one number, and prints a line of
// JSON: the sequence id, each group's number, and the groups that are halves. It ends when standard input does.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	pb "github.com/DataDog/datadog-agent/pkg/proto/pbgo/core"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// The agent's limit; grpc-go's own is 4 MiB.
const maxMessageBytes = 128 << 20

type line struct {
	Sequence int32              `json:"sequenceId"`
	Kind     string             `json:"kind"`
	Numbers  map[string]float64 `json:"numbers"`
	Halves   []string           `json:"halves"`
}

func main() {
	address := flag.String("address", "", "address of the core agent")
	dir := flag.String("dir", "", "directory of auth_token and ipc_cert.pem")
	groups := flag.String("groups", "", "sections whose keys change together, with commas between")
	flag.Parse()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := run(*address, *dir, strings.Split(*groups, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		os.Exit(1)
	}
}

func run(address, dir string, groups []string) error {
	token, err := os.ReadFile(filepath.Join(dir, "auth_token"))
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(filepath.Join(dir, "ipc_cert.pem"))
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair(pem, pem)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	connection, err := grpc.NewClient(
		address,
		grpc.WithTransportCredentials(credentials.NewTLS(config)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessageBytes)),
	)
	if err != nil {
		return err
	}
	defer connection.Close()

	agent := pb.NewAgentSecureClient(connection)
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+strings.TrimSpace(string(token)))
	registered, err := agent.RegisterRemoteAgent(ctx, &pb.RegisterRemoteAgentRequest{
		Pid:            fmt.Sprint(os.Getpid()),
		Flavor:         "interop",
		DisplayName:    "interop",
		ApiEndpointUri: "https://interop/consumer",
	})
	if err != nil {
		return err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, "session_id", registered.GetSessionId())
	stream, err := agent.StreamConfigEvents(ctx, &pb.ConfigStreamRequest{Name: "interop"})
	if err != nil {
		return err
	}

	known := &state{}
	out := json.NewEncoder(os.Stdout)
	for {
		event, err := stream.Recv()
		if err != nil {
			return err
		}
		applied, err := known.take(event)
		if err != nil {
			return err
		}
		if !applied {
			continue
		}
		if err := out.Encode(look(known, event, groups)); err != nil {
			return err
		}
	}
}

func look(known *state, event *pb.ConfigEvent, groups []string) line {
	kind := "update"
	if event.GetSnapshot() != nil {
		kind = "snapshot"
	}
	seen := line{Sequence: known.sequence, Kind: kind, Numbers: map[string]float64{}, Halves: []string{}}
	for _, group := range groups {
		numbers, keys := known.numbers(group)
		if len(numbers) != 1 || fmt.Sprint(keys) != group[strings.LastIndex(group, "_")+1:] {
			seen.Halves = append(seen.Halves, group)
		}
		for number := range numbers {
			seen.Numbers[group] = max(seen.Numbers[group], number)
		}
	}
	return seen
}
