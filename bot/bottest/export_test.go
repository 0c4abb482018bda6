package bottest

import "context"

// Run lets the external tests run scripts that must fail or be rewritten.
func Run(ctx context.Context, text string, w World, update bool) (string, error) {
	return run(ctx, text, "testdata", w, update, 0)
}
