package bot

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"log/slog"
)

// traceLength is how many letters and digits a trace has: few enough to be read
// out, enough to tell a day's apart.
const traceLength = 6

type traceKey struct{}

// TraceOf is the short identifier under which everything is logged that comes of
// one cause: the same for the same id, which is an interaction's or a due thing's,
// and random where there is none. It tells nothing about anybody, and people are
// shown it when something goes wrong.
func TraceOf(id string) string {
	if id == "" {
		return rand.Text()[:traceLength]
	}
	sum := sha256.Sum256([]byte(id))
	return base32.StdEncoding.EncodeToString(sum[:])[:traceLength]
}

// WithTrace marks what is done with a context with a trace; "" leaves it as it is.
func WithTrace(ctx context.Context, trace string) context.Context {
	if trace == "" {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, trace)
}

// Trace is the trace of a context, or "".
func Trace(ctx context.Context) string {
	trace, _ := ctx.Value(traceKey{}).(string)
	return trace
}

// Traced is a handler that adds the context's trace to each line, as "trace".
func Traced(h slog.Handler) slog.Handler { return tracing{h} }

type tracing struct{ slog.Handler }

// Handle adds the trace.
func (t tracing) Handle(ctx context.Context, r slog.Record) error {
	if trace := Trace(ctx); trace != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("trace", trace))
	}
	return t.Handler.Handle(ctx, r)
}

// WithAttrs goes on adding the trace.
func (t tracing) WithAttrs(attrs []slog.Attr) slog.Handler {
	return tracing{t.Handler.WithAttrs(attrs)}
}

// WithGroup goes on adding the trace.
func (t tracing) WithGroup(name string) slog.Handler { return tracing{t.Handler.WithGroup(name)} }
