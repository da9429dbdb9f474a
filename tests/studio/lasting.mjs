export async function lasting() {}
