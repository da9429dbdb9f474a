export async function foreign() {}
