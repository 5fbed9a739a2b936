package probe

//lint:file-ignore SA1019 servers of before 2023 speak only this version of the protocol

import (
	"context"

	"google.golang.org/grpc"
	reflectionAlpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
)

// reflectionV1Alpha asks as reflectionV1 does, in the version before it.
func reflectionV1Alpha(ctx context.Context, client *grpc.ClientConn) (asks, error) {
	stream, err := reflectionAlpha.NewServerReflectionClient(client).ServerReflectionInfo(ctx)
	if err != nil {
		return nil, err
	}
	return func(symbol, name string) ([][]byte, error) {
		q := &reflectionAlpha.ServerReflectionRequest{MessageRequest: &reflectionAlpha.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: symbol}}
		if symbol == "" {
			q.MessageRequest = &reflectionAlpha.ServerReflectionRequest_FileByFilename{FileByFilename: name}
		}
		_ = stream.Send(q) // as above
		r, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if e := r.GetErrorResponse(); e != nil {
			return nil, refused(symbol+name, e.GetErrorCode(), e.GetErrorMessage())
		}
		return r.GetFileDescriptorResponse().GetFileDescriptorProto(), nil
	}, nil
}
