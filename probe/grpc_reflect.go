package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// maxDescriptors and descriptorBytes bound what a server tells of itself: the largest
// public interfaces have some hundred files.
const (
	maxDescriptors  = 500
	descriptorBytes = 8 << 20
)

// noMethod means that the server tells of itself, but not of the method.
type noMethod struct{ why string }

func (e *noMethod) Error() string { return e.why }

// descriptorSet reads a FileDescriptorSet.
func descriptorSet(b []byte) (*protoregistry.Files, error) {
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(b, &set); err != nil || len(set.File) == 0 {
		return nil, errors.New("not a file descriptor set: make one with protoc --include_imports --descriptor_set_out=FILE")
	}
	return registry(&set)
}

// registry links files. What everybody has, as google/protobuf/timestamp.proto, may
// be missing among them.
func registry(set *descriptorpb.FileDescriptorSet) (*protoregistry.Files, error) {
	names := map[string]bool{}
	for _, f := range set.File {
		names[f.GetName()] = true
	}
	for i := 0; i < len(set.File); i++ { // it grows
		for _, name := range set.File[i].GetDependency() {
			if names[name] {
				continue
			}
			known, err := protoregistry.GlobalFiles.FindFileByPath(name)
			if err != nil {
				return nil, fmt.Errorf("the descriptors lack %s: make them with --include_imports", name)
			}
			names[name] = true
			set.File = append(set.File, protodesc.ToFileDescriptorProto(known))
		}
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("the descriptors do not fit together: %w", err)
	}
	return files, nil
}

// asks is a question of either version of the reflection service: which files hold
// the symbol, or have the name.
type asks func(symbol, name string) ([][]byte, error)

// learn asks the server for the method: by version 1 of reflection, or by the older
// one, which has the same messages.
func (c *grpcCall) learn(ctx context.Context, client *grpc.ClientConn) (*grpcMethod, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the stream
	ask, err := reflectionV1(ctx, client)
	if err != nil {
		return nil, err
	}
	set, err := c.files(ask)
	if status.Code(err) == codes.Unimplemented {
		if ask, err = reflectionV1Alpha(ctx, client); err == nil {
			set, err = c.files(ask)
		}
	}
	if err != nil {
		return nil, err
	}
	files, err := registry(set)
	if err != nil {
		return nil, &noMethod{"by reflection: " + err.Error()}
	}
	method, err := c.find(files)
	if err != nil && !errors.Is(err, errStreams) {
		err = &noMethod{err.Error()}
	}
	return method, err
}

// files fetches the file with the service, and all that it imports.
func (c *grpcCall) files(ask asks) (*descriptorpb.FileDescriptorSet, error) {
	set := &descriptorpb.FileDescriptorSet{}
	size := 0
	take := func(all [][]byte) error {
		for _, b := range all {
			f := &descriptorpb.FileDescriptorProto{}
			if size += len(b); size > descriptorBytes || len(set.File) == maxDescriptors {
				return &noMethod{fmt.Sprintf("by reflection: the server describes itself in more than %d files or %d bytes", maxDescriptors, descriptorBytes)}
			}
			if err := proto.Unmarshal(b, f); err != nil {
				return &noMethod{"by reflection: a file is no descriptor"}
			}
			if !slices.ContainsFunc(set.File, func(g *descriptorpb.FileDescriptorProto) bool { return g.GetName() == f.GetName() }) {
				set.File = append(set.File, f)
			}
		}
		return nil
	}
	first, err := ask(string(c.service), "")
	if err != nil {
		return nil, err
	}
	if err := take(first); err != nil {
		return nil, err
	}
	for i := 0; i < len(set.File); i++ { // it grows
		for _, name := range set.File[i].GetDependency() {
			if slices.ContainsFunc(set.File, func(f *descriptorpb.FileDescriptorProto) bool { return f.GetName() == name }) {
				continue
			}
			if _, err := protoregistry.GlobalFiles.FindFileByPath(name); err == nil {
				continue
			}
			more, err := ask("", name)
			if err != nil {
				return nil, err
			}
			if err := take(more); err != nil {
				return nil, err
			}
		}
	}
	return set, nil
}

func refused(what string, code int32, message string) error {
	if codes.Code(code) == codes.NotFound {
		return &noMethod{"the server knows no " + what + ": reflection answers " + message}
	}
	return status.Error(codes.Code(code), message)
}

func reflectionV1(ctx context.Context, client *grpc.ClientConn) (asks, error) {
	stream, err := reflection.NewServerReflectionClient(client).ServerReflectionInfo(ctx)
	if err != nil {
		return nil, err
	}
	return func(symbol, name string) ([][]byte, error) {
		q := &reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_FileContainingSymbol{FileContainingSymbol: symbol}}
		if symbol == "" {
			q.MessageRequest = &reflection.ServerReflectionRequest_FileByFilename{FileByFilename: name}
		}
		_ = stream.Send(q) // why it failed is what Recv returns
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
