"""From reach to decision: how exposed is each credential, by which path, and which few changes cut it?"""
