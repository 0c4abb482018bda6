package bot

// Known is how many are remembered.
func (p *Pace) Known() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.known)
}
